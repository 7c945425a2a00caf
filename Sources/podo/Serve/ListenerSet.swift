internal import Glibc
internal import Primitives
internal import Reactor

/// The sockets Podo listens on. Those that a service manager opened (socket activation, by the names `http`,
/// `https`, `rtmp`, `rtmps` and `admin`) take the place of the configured addresses of their kind.
struct ListenerSet {
    let http: [Listener]
    let https: [Listener]
    let rtmp: [Listener]
    let rtmps: [Listener]
    let admin: [Listener]

    private static let names = ["http", "https", "rtmp", "rtmps", "admin"]

    /// Where people reach Podo: what is configured, or the first address that is listened on.
    func publicURL(_ configuration: Configuration) -> String {
        if let configured = configuration.publicURL { return configured }
        if let first = self.http.first { return "http://\(first.address)" }
        return self.https.first.map { "https://\($0.address)" } ?? "http://localhost"
    }

    /// Where this process reaches its own listener, whatever the world calls it.
    func ownOrigin(_ configuration: Configuration) -> String {
        self.http.first.map { "http://\($0.address.reachable)" } ?? self.publicURL(configuration)
    }

    /// What publishers are pointed at: the host where people reach Podo, and the port of the first listener for them;
    /// with TLS where that is the only way, and RTMP's own port where somebody else listens.
    func publishURL(_ configuration: Configuration) -> String {
        let listener = self.rtmp.first ?? self.rtmps.first
        let scheme = self.rtmp.isEmpty && !self.rtmps.isEmpty ? "rtmps" : "rtmp"
        if configuration.publicURL == nil, let listener { return "\(scheme)://\(listener.address)/live" }
        let host = Self.host(of: self.publicURL(configuration)) ?? "localhost"
        return "\(scheme)://\(host):\(listener?.address.port ?? Self.publishPort)/live"
    }

    private static let publishPort: UInt16 = 1935

    /// `podo.example` of `https://podo.example:8443`; an IPv6 address with its brackets.
    private static func host(of origin: String) -> String? {
        guard let scheme = origin.firstRange(of: "://") else { return nil }
        let authority = origin[scheme.upperBound...].prefix { $0 != "/" }
        if authority.first == "[" { return authority.lastIndex(of: "]").map { String(authority[...$0]) } }
        return String(authority.prefix { $0 != ":" })
    }

    var all: [Listener] { self.http + self.https + self.rtmp + self.rtmps + self.admin }

    init(_ configuration: Configuration, inherited: [(name: String, listener: Listener)]) throws(StartError) {
        func listeners(_ name: String, _ addresses: [SocketAddress]) throws(StartError) -> [Listener] {
            let given = inherited.filter { $0.name == name }.map(\.listener)
            guard given.isEmpty else { return given }
            return try Self.bind(addresses, setting: name + "-listen")
        }
        if let stranger = inherited.first(where: { !Self.names.contains($0.name) }) {
            let names = Self.names.joined(separator: ", ")
            throw StartError("LISTEN_FDNAMES: a socket is called \"\(stranger.name)\", not one of \(names)")
        }
        func securedListeners(_ name: String, _ addresses: [SocketAddress]) throws(StartError) -> [Listener] {
            let secured = try listeners(name, addresses)
            guard secured.isEmpty || configuration.tlsCertificateFile != nil else {
                throw StartError("LISTEN_FDNAMES: a socket is called \(name), which needs tls-cert and tls-key")
            }
            return secured
        }
        self.https = try securedListeners("https", configuration.httpsListen)
        self.rtmps = try securedListeners("rtmps", configuration.rtmpsListen)
        self.http = try listeners("http", configuration.httpListen)
        self.rtmp = try listeners("rtmp", configuration.rtmpListen)
        self.admin = try listeners("admin", configuration.adminListen)
    }

    private static func bind(_ addresses: [SocketAddress], setting: String) throws(StartError) -> [Listener] {
        var listeners: [Listener] = []
        for address in addresses {
            do throws(SystemError) {
                listeners.append(try Listener(address))
            } catch {
                throw StartError("\(setting): " + self.sentence(for: error, address))
            }
        }
        return listeners
    }

    /// What happened and what to do; `doctor` says the same.
    static func sentence(for error: SystemError, _ address: SocketAddress) -> String {
        switch error.code {
        case EADDRINUSE: "\(address) is in use by another program; stop that, or choose another port"
        case EACCES: "\(address) needs a privilege; use a port from 1024 up, or give Podo CAP_NET_BIND_SERVICE"
        case EADDRNOTAVAIL: "\(address) is not an address of this machine"
        default: "cannot listen on \(address): \(error)"
        }
    }
}
