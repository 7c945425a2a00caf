internal import CLinux
internal import Glibc

/// Whether the kernel can seal TLS records by itself (its `tls` module), which lets files leave by `sendfile` and
/// spares a copy.
package enum KernelTLS {
    /// Asked once, of a connection of our own: a kernel without the module refuses, and loads it where it may.
    package static let isOffered = Self.probe()

    /// OpenSSL's commands to a BIO about the kernel. Its headers list the numbers as taken, but name them only inside.
    enum Control {
        static let handOverKeys: CInt = 72
        static let isSending: CInt = 73
        static let nextRecordType: CInt = 74
        static let forgetRecordType: CInt = 75
    }

    /// Makes a connected socket ready to be given keys. Changes nothing until it is.
    static func attach(_ descriptor: CInt) -> Bool {
        let name: StaticString = "tls"
        return setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_ULP, name.utf8Start, socklen_t(name.utf8CodeUnitCount))
            == 0
    }

    private static func probe() -> Bool {
        guard let listener = try? Listener(.loopback(port: 0)) else { return false }  // Without sockets, nothing is.
        let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard client >= 0 else { return false }
        defer { close(client) }
        return listener.address.withSockaddr { connect(client, $0, $1) } == 0 && Self.attach(client)
    }
}
