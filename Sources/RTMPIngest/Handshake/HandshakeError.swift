/// Why a handshake is refused.
package enum HandshakeError: Error, Equatable, Sendable {
    case secureTransport
    case http
    case version(UInt8)
}
