internal import Auth
internal import Glibc
internal import HLSPackager
internal import Observability
internal import Primitives
internal import Reactor

/// Every setting as a typed value. The initial values are the defaults; `Setting.all` names and explains them.
struct Configuration: Sendable {
    // Where Podo answers.
    var httpListen: [SocketAddress] = [.loopback(port: 8080)]
    var httpsListen: [SocketAddress] = []
    var tlsCertificateFile: String?
    var tlsKeyFile: String?
    var kernelTLS = true
    var publicURL: String?
    var trustedProxies: [AddressRange] = []

    // Where and by whom streams are published.
    var rtmpListen: [SocketAddress] = [.loopback(port: 1935)]
    var rtmpsListen: [SocketAddress] = []
    var streamKeys: [StreamKey] = []
    var streamBitsPerSecondMax: Int?
    var streamFramesPerSecondMax: Int?

    // How streams are packaged, and who may watch.
    var hlsPartMilliseconds = 500
    var hlsSegmentMilliseconds = 2000
    var hlsWindowSegmentCount = 12
    var hlsTransportStream = true
    var hlsKeySegmentCount: Int?
    var posterInterval: TimeAmount? = .seconds(5)
    var hlsRecording = false
    var hlsRecordingByteCountMax = RecordingLimits().byteCountMax
    var playbackNetworkCountMax = PlaybackLimits().networkCountMax
    var openGate = false

    // Who else says who members are, and how other servers are reached.
    var oidcProviders: [OIDCProvider] = []
    var oidcSecrets: [OIDCSecret] = []
    var outgoingCertificateFile: String?
    var outgoingProxy: String?

    // Who takes the money.
    var tossSecretKey: Secret<String>?
    var tossClientKey: String?
    var tossURL: String?
    var stripeSecretKey: Secret<String>?
    var stripePublishableKey: String?
    var stripeWebhookSecret: Secret<String>?
    var paymentSimulator = false
    // What the house keeps of it, and when its days end.
    var platformFeeBasisPoints = 500
    var platformFeeTaxBasisPoints = 1000
    var businessTimeZone = "Asia/Seoul"

    // What is sent to members.
    var mailFrom = "podo@localhost"

    // Where its operator looks.
    var adminListen: [SocketAddress] = [.loopback(port: 9090)]
    var adminAllowRemote = false
    var adminHosts: [String] = []
    var logLevel = LogLevel.info

    // What it uses.
    var dataDirectory = "var"
    var databaseURL: Secret<String>?
    var databaseConnectionCount = 64
    var databaseMigrate = true
    var postgresDirectory: String?
    var secretFile: String?
    var webDirectory: String?
    var loopCount = max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))

    // What clients may hold.
    var connectionCountMax = 50_000
    var connectionCountPerAddressMax = 10_000
    var rtmpConnectionCountMax = 4000
    var idleTime = TimeAmount.seconds(60)
    var headByteCountMax = 64 * 1024

    // A show to try things out with.
    var demo = false
    var testPicture = false

    // How it ends.
    var drainDelay = TimeAmount.seconds(0)
    var drainTime = TimeAmount.seconds(30)

    /// A setting that does not go with another one.
    struct Contradiction: Equatable {
        let name: String
        let reason: String
    }

    /// What is wrong between settings that are right by themselves.
    func contradictions() -> [Contradiction] {
        var found: [Contradiction] = []
        func add(_ name: String, _ reason: String) { found.append(Contradiction(name: name, reason: reason)) }
        if self.tlsCertificateFile != nil, self.tlsKeyFile == nil {
            add("tls-cert", "tls-key is not set, and both files are needed")
        }
        if self.tlsKeyFile != nil, self.tlsCertificateFile == nil {
            add("tls-key", "tls-cert is not set, and both files are needed")
        }
        if !self.httpsListen.isEmpty, self.tlsCertificateFile == nil, self.tlsKeyFile == nil {
            add("https-listen", "needs tls-cert and tls-key, and neither is set")
        }
        if !self.rtmpsListen.isEmpty, self.tlsCertificateFile == nil, self.tlsKeyFile == nil {
            add("rtmps-listen", "needs tls-cert and tls-key, and neither is set")
        }
        if self.httpListen.isEmpty, self.httpsListen.isEmpty {
            add("http-listen", "is empty, and so is https-listen: there is nothing to serve on")
        }
        if self.hlsPartMilliseconds > self.hlsSegmentMilliseconds {
            add("hls-part-ms", "is more than hls-segment-ms, and a part is a part of a segment")
        }
        if !self.adminAllowRemote {
            for address in self.adminListen where !address.isLoopback {
                add(
                    "admin-listen",
                    "\(address) can be reached from other machines and has no password; "
                        + "use 127.0.0.1, or set admin-allow-remote = true behind a firewall")
            }
        }
        for secret in self.oidcSecrets where !self.oidcProviders.contains(where: { $0.name == secret.name }) {
            add("oidc-secrets", "has a secret for \(secret.name), which is not in oidc-providers")
        }
        if self.demo, self.rtmpListen.isEmpty {
            add("demo", "needs rtmp-listen, which is empty: the show is published there")
        }
        if self.testPicture, !self.demo { add("test-picture", "is published to the show of demo, which is not set") }
        return found + self.paymentContradictions() + self.addressesUsedTwice()
    }

    /// People come over TLS that Podo does not end, so there is a proxy that it was not told of: to it, all of them
    /// have the proxy's address.
    func isBehindUnnamedProxy(endsTLS: Bool) -> Bool {
        self.publicURL?.hasPrefix("https://") == true && !endsTLS && self.trustedProxies.isEmpty
    }

    /// Every address with the setting that has it.
    var namedAddresses: [(name: String, address: SocketAddress)] {
        let lists = [
            ("http-listen", self.httpListen), ("https-listen", self.httpsListen), ("rtmp-listen", self.rtmpListen),
            ("rtmps-listen", self.rtmpsListen), ("admin-listen", self.adminListen),
        ]
        return lists.flatMap { name, addresses in addresses.map { (name, $0) } }
    }

    private func addressesUsedTwice() -> [Contradiction] {
        var owners: [SocketAddress: String] = [:]
        var found: [Contradiction] = []
        for (name, address) in self.namedAddresses where address.port != 0 {
            if let owner = owners[address] {
                found.append(Contradiction(name: name, reason: "\(address) is in \(owner) already"))
            }
            owners[address] = name
        }
        return found
    }
}

extension SocketAddress {
    /// 127.0.0.0/8 and ::1.
    var isLoopback: Bool {
        switch self.host {
        case .v4(let value): value >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }

    /// Where this machine itself reaches what listens here: every address is none that can be asked.
    var reachable: SocketAddress {
        switch self.host {
        case .v4(0): .loopback(port: self.port)
        case .v6(0, 0): SocketAddress(host: .v6(high: 0, low: 1), port: self.port)
        default: self
        }
    }
}
