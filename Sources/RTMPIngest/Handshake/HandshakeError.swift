/// Why no handshake came about: who spoke was not an RTMP client.
package enum HandshakeError: Error, Equatable, Sendable {
    /// The first bytes of TLS: RTMPS was sent to the port of RTMP.
    case secureTransport
    /// A request of HTTP: a browser, a probe, or RTMPT.
    case http
    /// A version that is kept for protocols of text.
    case version(UInt8)
}
