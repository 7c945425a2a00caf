internal import HTTPServer
internal import Observability
internal import Primitives
internal import Reactor
internal import Synchronization

/// Everything that runs while Podo serves, put together. The rest of its life is in `PodoServer+Life`.
final class PodoServer: Sendable {
    let loaded: LoadedConfiguration
    let log: Log
    let state = ServerState()
    let signals: SignalQueue
    let serviceManager: ServiceManager
    let group: EventLoopGroup
    let security: TLSContext?
    let publicApplication: PublicApplication
    let publicFrontend: HTTPFrontend
    let adminFrontend: HTTPFrontend
    let listeners: ListenerSet
    /// Set when draining has ended: whether everything ended by itself.
    let drainResult = Mutex<Bool?>(nil)
    private let dataDirectory: DataDirectory

    /// Takes what the server needs of the machine, in an order in which a second Podo fails before it disturbs
    /// the first. Nothing is served yet.
    init(
        _ loaded: LoadedConfiguration, environment: [String: String], signals: SignalQueue
    ) throws(StartError) {
        let configuration = loaded.configuration
        self.loaded = loaded
        self.signals = signals
        self.serviceManager = ServiceManager(environment: environment)
        self.log = Log(level: configuration.logLevel)
        let descriptorCountMax = DescriptorLimit.raise()
        if descriptorCountMax < configuration.connectionCountMax {
            self.log.warning("descriptors are few", ["allowed": .number(descriptorCountMax)])
        }
        self.dataDirectory = try DataDirectory(configuration.dataDirectory)
        self.publicApplication = try PublicApplication(webDirectory: try Self.webDirectory(configuration))
        self.security = try Self.security(configuration)
        do {
            let inherited = try InheritedListeners(environment: { environment[$0] }).named
            InheritedListeners.forget()
            self.group = try EventLoopGroup(loopCount: configuration.loopCount)
            self.listeners = try ListenerSet(configuration, inherited: inherited)
        } catch let error as StartError {
            throw error
        } catch {
            throw StartError("\(error)")
        }
        let metrics = MetricsRegistry(loopCount: configuration.loopCount)
        self.log.registerMetrics(in: metrics)
        self.publicFrontend = HTTPFrontend(
            name: "public", application: self.publicApplication.application, group: self.group,
            limits: configuration.publicLimits, metrics: metrics, log: self.log)
        let admin = AdminRoutes(
            loaded: loaded, state: self.state, loops: self.group.loops, metrics: metrics,
            connectionCount: { [publicFrontend] in publicFrontend.connectionCount })
        self.adminFrontend = HTTPFrontend(
            name: "admin", application: try Self.application(admin.routes), group: self.group,
            limits: configuration.adminLimits, metrics: metrics, log: self.log)
    }

    private static func application(_ routes: [HTTPRoute]) throws(StartError) -> HTTPApplication {
        do throws(HTTPRouteErrors) {
            return try HTTPApplication(routes: routes)
        } catch {
            throw StartError("routes: \(error)")
        }
    }

    private static func webDirectory(_ configuration: Configuration) throws(StartError) -> String {
        if let found = WebDirectory.find(configured: configuration.webDirectory) { return found }
        if let configured = configuration.webDirectory {
            throw StartError("web-dir: \(configured)/index.html cannot be read")
        }
        throw StartError("the pages are not found: start Podo where the directory Web is, or set web-dir")
    }

    private static func security(_ configuration: Configuration) throws(StartError) -> TLSContext? {
        guard let certificate = configuration.tlsCertificateFile, let key = configuration.tlsKeyFile else {
            return nil
        }
        if let problem = FileReader.problem(certificate) { throw StartError("tls-cert: \(certificate) \(problem)") }
        if let problem = FileReader.problem(key) { throw StartError("tls-key: \(key) \(problem)") }
        do throws(TLSError) {
            return try TLSContext(
                certificateFile: certificate, keyFile: key, applicationProtocols: ["h2", "http/1.1"])
        } catch {
            throw StartError("tls-cert and tls-key: \(error)")
        }
    }
}

extension Configuration {
    var publicLimits: HTTPLimits {
        var limits = HTTPLimits()
        limits.connectionCountMax = self.connectionCountMax
        limits.connectionCountPerAddressMax = self.connectionCountPerAddressMax
        limits.idleTime = self.idleTime
        limits.headByteCountMax = self.headByteCountMax
        limits.drainTime = self.drainTime
        return limits
    }

    /// The admin listener has few clients: one that goes wild must not take descriptors from the public.
    var adminLimits: HTTPLimits {
        var limits = HTTPLimits()
        limits.connectionCountMax = 256
        limits.connectionCountPerAddressMax = 256
        limits.drainTime = .seconds(1)
        return limits
    }
}
