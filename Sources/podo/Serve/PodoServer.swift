internal import Auth
internal import Commerce
internal import HLSPackager
internal import HTTPServer
internal import Observability
internal import Primitives
internal import RTMPIngest
internal import Reactor
internal import Synchronization
internal import Ticketing

/// Everything that runs while Podo serves, put together. The rest of its life is in `PodoServer+Life`.
final class PodoServer: Sendable {
    let loaded: LoadedConfiguration
    let log: Log
    let state = ServerState()
    let signals: SignalQueue
    let serviceManager: ServiceManager
    let group: EventLoopGroup
    let security: TLSContext?
    /// The same certificate without the protocols of HTTP.
    let publisherSecurity: TLSContext?
    let publicApplication: PublicApplication
    let publicFrontend: HTTPFrontend
    let publisherFrontend: RTMPFrontend
    let adminFrontend: HTTPFrontend
    let delivery: HLSDelivery
    let listeners: ListenerSet
    /// Set when draining has ended: whether everything ended by itself.
    let drainResult = Mutex<Bool?>(nil)
    let storage: StreamStorage
    let secretFile: SecretFile
    let memberTokens: MemberTokens
    let database: DatabaseService
    let members: MemberServices
    let social: SocialServices
    let commerce: CommerceServices
    let sales: SaleServices
    let playback: PlaybackServices
    /// Nil where nothing is to be tried out.
    let demo: DemoService?
    private let showPhases: ShowPhases
    private let dataDirectory: DataDirectory

    /// More scrapes than this at a time are answered with 503.
    private static let waitingScrapeCountMax = 16

    /// Takes what the server needs of the machine, in an order in which a second Podo fails before it disturbs
    /// the first. Nothing is served yet.
    init(
        _ loaded: LoadedConfiguration, environment: [String: String], signals: SignalQueue, log: Log
    ) throws(StartError) {
        let configuration = loaded.configuration
        self.loaded = loaded
        self.signals = signals
        self.serviceManager = ServiceManager(environment: environment)
        self.log = log
        Self.raiseDescriptorLimit(configuration, log: log)
        self.dataDirectory = try DataDirectory(configuration.dataDirectory)
        self.secretFile = SecretFile(configured: configuration.secretFile, dataDirectory: configuration.dataDirectory)
        let rootSecret = try self.secretFile.load()
        self.security = try Self.security(configuration, applicationProtocols: ["h2", "http/1.1"])
        self.publisherSecurity = try Self.security(configuration, applicationProtocols: [])
        (self.group, self.listeners) = try Self.openListeners(configuration, environment: environment)
        let publicURL = self.listeners.publicURL(configuration)
        let webDirectory = try WebDirectory.find(configured: configuration.webDirectory)
        self.storage = try StreamStorage(configuration, log: log)
        // Connections wait in the kernel's queues meanwhile.
        let metrics = MetricsRegistry(loopCount: configuration.loopCount)
        self.database = try DatabaseService(
            configuration, environment: environment, loops: self.group.loops, metrics: metrics, log: log,
            isCancelled: EndSignal(signals).hasCome)
        self.log.registerMetrics(in: metrics)
        ProcessMetrics.register(in: metrics, version: PodoVersion.text, revision: PodoVersion.revision)
        self.memberTokens = MemberTokens(root: rootSecret, publicURL: configuration.publicURL, registry: metrics)
        self.members = try MemberServices(
            configuration, root: rootSecret, tokens: self.memberTokens, database: self.database.connections,
            group: self.group, publicURL: publicURL, metrics: metrics, log: log)
        self.social = SocialServices(
            configuration, members: self.members, database: self.database.connections, loop: self.group.loops[0],
            publicURL: publicURL, metrics: metrics, log: log)
        self.sales = try SaleServices(
            configuration, root: rootSecret, members: self.members, authorizer: self.memberTokens.authorizer,
            database: self.database.connections, loops: self.group.loops, publicURL: publicURL,
            ownOrigin: self.listeners.ownOrigin(configuration), metrics: metrics, log: log)
        self.playback = PlaybackServices(
            configuration, root: rootSecret, authorizer: self.memberTokens.authorizer, sales: self.sales,
            database: self.database.connections, loops: self.group.loops, publicURL: publicURL, metrics: metrics,
            log: log)
        self.commerce = CommerceServices(
            consumers: self.sales.consumers + [self.playback.consumer], bell: self.sales.outboxBell,
            database: self.database.connections, loops: self.group.loops, metrics: metrics, log: log)
        let streams: PackagedStreams
        (streams, self.delivery) = Self.streams(
            configuration, group: self.group, storage: self.storage, shows: self.sales.shows,
            gate: Self.gate(configuration, self.playback), metrics: metrics, log: log)
        self.playback.tell(self.delivery)
        self.publisherFrontend = Self.publisherFrontend(
            configuration, group: self.group, shows: self.sales.shows, keys: self.members.streamKeys,
            streams: streams, metrics: metrics, log: log)
        self.showPhases = ShowPhases(of: self.sales.shows, delivery: self.delivery, streams: streams)
        let services = Self.services(
            self.members, self.social, self.sales, self.playback, self.commerce, self.memberTokens,
            publishURL: self.listeners.publishURL(configuration), publishers: self.publisherFrontend, streams: streams,
            state: self.state, database: self.database)
        self.demo = try DemoService(
            configuration, self.members, services.routes, self.listeners, searchPath: environment["PATH"], log: log)
        self.publicApplication = try PublicApplication(
            webDirectory: webDirectory, api: self.commerce.guarding(services.routes),
            streams: self.delivery.routes + self.sales.companies.routes,
            authorizer: self.memberTokens.authorizer, payPolicy: self.sales.companies.payPolicy)
        self.publicFrontend = HTTPFrontend(
            name: "public", application: self.publicApplication.application, group: self.group,
            limits: configuration.publicLimits, proxies: TrustedProxies(configuration.trustedProxies),
            metrics: metrics, log: self.log, observer: self.commerce.live.requests)
        self.adminFrontend = try Self.adminFrontend(
            loaded, state: self.state, group: self.group, streams: streams, delivery: self.delivery,
            database: self.database, self.publicFrontend, self.publisherFrontend, metrics: metrics, log: self.log)
    }

    /// What answers the API.
    private static func services(
        _ members: MemberServices, _ social: SocialServices, _ sales: SaleServices, _ playback: PlaybackServices,
        _ commerce: CommerceServices, _ tokens: MemberTokens, publishURL: String, publishers: RTMPFrontend,
        streams: PackagedStreams, state: ServerState, database: DatabaseService
    ) -> PublicServices {
        let shows = Self.liveService(
            sales, members, tokens, publishURL: publishURL, publishers: publishers, streams: streams,
            playback: playback)
        let house = HouseService(
            startedAt: state.startedAt, database: { database.report.health }, companies: sales.companies.pulses,
            rules: sales.invariants.findings)
        return PublicServices(members, social, sales, playback, commerce, shows, house)
    }

    /// What the operator looks at.
    private static func adminFrontend(
        _ loaded: LoadedConfiguration, state: ServerState, group: EventLoopGroup, streams: PackagedStreams,
        delivery: HLSDelivery, database: DatabaseService, _ publicFrontend: HTTPFrontend,
        _ publisherFrontend: RTMPFrontend, metrics: MetricsRegistry, log: Log
    ) throws(StartError) -> HTTPFrontend {
        let admin = AdminRoutes(
            loaded: loaded, state: state, loops: group.loops, metrics: metrics,
            pool: BlockingPool(name: "admin", threadCount: 1, waitingCountMax: Self.waitingScrapeCountMax),
            connectionCount: { publicFrontend.connectionCount }, streams: { publisherFrontend.streams },
            watchable: { streams.all }, waitingCount: { delivery.waitingCount(of: $0) },
            database: { database.report })
        return HTTPFrontend(
            name: "admin", application: try Self.application(admin.routes), group: group,
            limits: loaded.configuration.adminLimits, metrics: metrics, log: log)
    }

    /// What publishers send is made into, and the way of that to viewers.
    private static func streams(
        _ configuration: Configuration, group: EventLoopGroup, storage: StreamStorage, shows: LiveShows,
        gate: any PlaybackGate, metrics: MetricsRegistry, log: Log
    ) -> (PackagedStreams, HLSDelivery) {
        let streamMetrics = HLSMetrics(registry: metrics)
        storage.recordings?.register(in: metrics)
        let posters = configuration.posterInterval.map { Posters(interval: $0) }
        posters?.register(in: metrics)
        let streams = PackagedStreams(
            limits: configuration.streamLimits, loops: group.loops, numbers: storage.numbers,
            recordings: storage.recordings, posters: posters, isAwaited: ShowPublishing.isAwaited(by: shows),
            metrics: streamMetrics, registry: metrics, log: log)
        let delivery = HLSDelivery(
            board: streams.board, group: group, gate: gate,
            promises: PlaylistPromises(configuration.streamLimits), recordings: storage.recordings, posters: posters,
            isShow: { ShowStream.schedule(of: $0) != nil }, knowsShows: false, metrics: streamMetrics)
        return (streams, delivery)
    }

    /// Publishers, and what they tell of shows.
    private static func publisherFrontend(
        _ configuration: Configuration, group: EventLoopGroup, shows: LiveShows, keys: StreamKeys,
        streams: PackagedStreams, metrics: MetricsRegistry, log: Log
    ) -> RTMPFrontend {
        RTMPFrontend(
            group: group, limits: configuration.publisherLimits,
            authorizer: StreamKeyAuthorizer(
                configured: ConfiguredStreamKeys(configuration), keys: keys,
                showRefusal: ShowPublishing.refusal(of: shows)),
            destination: streams,
            observer: ShowPublishing(shows: shows, streams: streams, log: StreamLog(log: log)), metrics: metrics,
            log: log)
    }

    /// Shows, for their teams and for everybody.
    private static func liveService(
        _ sales: SaleServices, _ members: MemberServices, _ tokens: MemberTokens, publishURL: String,
        publishers: RTMPFrontend, streams: PackagedStreams, playback: PlaybackServices
    ) -> LiveService {
        LiveService(
            shows: sales.shows, access: sales.catalogue.access, keys: ShowStreamKeys(keys: members.streamKeys),
            streams: PublishedShows(
                publishURL: publishURL, publishers: { publishers.stream($0) }, streams: streams),
            viewers: CountedViewers(sessions: playback.sessions), authorizer: tokens.authorizer)
    }

    private static func raiseDescriptorLimit(_ configuration: Configuration, log: Log) {
        let allowed = DescriptorLimit.raise()
        let wanted = DescriptorLimit.wanted(configuration)
        if allowed < wanted {
            log.warning("descriptors are few", ["allowed": .number(allowed), "wanted": .number(wanted)])
        }
    }

    private static func openListeners(
        _ configuration: Configuration, environment: [String: String]
    ) throws(StartError) -> (EventLoopGroup, ListenerSet) {
        do {
            let inherited = try InheritedListeners(environment: { environment[$0] }).named
            InheritedListeners.forget()
            let group = try EventLoopGroup(loopCount: configuration.loopCount)
            return (group, try ListenerSet(configuration, inherited: inherited))
        } catch let error as StartError {
            throw error
        } catch {
            throw StartError("\(error)")
        }
    }

    private static func application(_ routes: [HTTPRoute]) throws(StartError) -> HTTPApplication {
        do throws(HTTPRouteErrors) {
            return try HTTPApplication(routes: routes)
        } catch {
            throw StartError("routes: \(error)")
        }
    }

    private static func security(
        _ configuration: Configuration, applicationProtocols: [String]
    ) throws(StartError) -> TLSContext? {
        guard let certificate = configuration.tlsCertificateFile, let key = configuration.tlsKeyFile else {
            return nil
        }
        if let problem = FileReader.problem(certificate) { throw StartError("tls-cert: \(certificate) \(problem)") }
        if let problem = FileReader.problem(key) { throw StartError("tls-key: \(key) \(problem)") }
        do throws(TLSError) {
            return try TLSContext(
                certificateFile: certificate, keyFile: key, applicationProtocols: applicationProtocols,
                usesKernel: configuration.kernelTLS)
        } catch {
            throw StartError("\(error); check tls-cert and tls-key")
        }
    }
}

extension Configuration {
    /// What of `drainTime` is left for requests when publishers have used all of theirs.
    var viewerDrainTime: TimeAmount { .nanoseconds(self.drainTime.nanoseconds / 3) }

    var publicLimits: HTTPLimits {
        var limits = HTTPLimits()
        limits.connectionCountMax = self.connectionCountMax
        limits.connectionCountPerAddressMax = self.connectionCountPerAddressMax
        limits.idleTime = self.idleTime
        limits.headByteCountMax = self.headByteCountMax
        limits.drainTime = self.drainTime
        return limits
    }

    var publisherLimits: RTMPLimits {
        var limits = RTMPLimits()
        limits.connectionCountMax = self.rtmpConnectionCountMax
        limits.drainTime = .nanoseconds(self.drainTime.nanoseconds &- self.viewerDrainTime.nanoseconds)
        // A twelfth of a part: what low latency is made of must not wait long beside it.
        limits.gatherTime = min(limits.gatherTime, .milliseconds(Int64(self.hlsPartMilliseconds / 12)))
        return limits
    }

    var streamLimits: HLSLimits {
        var limits = HLSLimits(segmentTime: .milliseconds(Int64(self.hlsSegmentMilliseconds)))
        limits.partTime = .milliseconds(Int64(self.hlsPartMilliseconds))
        limits.windowSegmentCount = self.hlsWindowSegmentCount
        limits.hasTransportStream = self.hlsTransportStream
        limits.keySegmentCount = self.hlsKeySegmentCount
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
