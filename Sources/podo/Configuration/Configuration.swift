internal import Glibc
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
    var publicURL: String?

    // Where its operator looks.
    var adminListen: [SocketAddress] = [.loopback(port: 9090)]
    var adminAllowRemote = false
    var adminHosts: [String] = []
    var logLevel = LogLevel.info

    // What it uses.
    var dataDirectory = "var"
    var webDirectory: String?
    var loopCount = max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))

    // What clients may hold.
    var connectionCountMax = 50_000
    var connectionCountPerAddressMax = 10_000
    var idleTime = TimeAmount.seconds(60)
    var headByteCountMax = 64 * 1024

    // How it ends.
    var drainDelay = TimeAmount.seconds(0)
    var drainTime = TimeAmount.seconds(30)

    /// What is wrong between settings that are right by themselves.
    func contradictions() -> [String] {
        var found: [String] = []
        if self.tlsCertificateFile != nil, self.tlsKeyFile == nil {
            found.append("tls-cert is set but tls-key is not: both files are needed")
        }
        if self.tlsKeyFile != nil, self.tlsCertificateFile == nil {
            found.append("tls-key is set but tls-cert is not: both files are needed")
        }
        if !self.httpsListen.isEmpty, self.tlsCertificateFile == nil, self.tlsKeyFile == nil {
            found.append("https-listen is set but tls-cert and tls-key are not")
        }
        if self.httpListen.isEmpty, self.httpsListen.isEmpty {
            found.append("http-listen and https-listen are both empty: there is nothing to serve on")
        }
        if !self.adminAllowRemote {
            for address in self.adminListen where !address.isLoopback {
                found.append(
                    "admin-listen: \(address) can be reached from other machines and has no password; "
                        + "use 127.0.0.1, or set admin-allow-remote = true behind a firewall")
            }
        }
        return found + self.addressesUsedTwice()
    }

    private func addressesUsedTwice() -> [String] {
        let named =
            self.httpListen.map { ("http-listen", $0) } + self.httpsListen.map { ("https-listen", $0) }
            + self.adminListen.map { ("admin-listen", $0) }
        var owners: [SocketAddress: String] = [:]
        var found: [String] = []
        for (name, address) in named where address.port != 0 {
            if let owner = owners[address] {
                found.append("\(address) is in both \(owner) and \(name)")
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
}
