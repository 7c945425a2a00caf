package import Crypto
package import Reactor

/// A network as the database remembers it: enough to know it again, nothing to find out where somebody was.
package struct AddressMark: Sendable {
    package static let byteCount = 16

    private let key: SecretBytes

    package init(key: SecretBytes) { self.key = key }

    package func mark(_ host: SocketAddress.Host) -> [UInt8] {
        let text = SocketAddress(host: host.network, port: 0).hostText
        return Array(HMACSHA256.code(of: Array(text.utf8), key: self.key).prefix(Self.byteCount))
    }
}
