package import Primitives

/// The server's side of the handshake (RTMP 1.0 §5.2), with digests for clients that sign theirs.
///
/// Holds at most the 1536 bytes of C1. Answers when C1 is complete, and is done when as many bytes came for C2; what
/// C2 says is never looked at, as many clients get it wrong. Versions that are encrypted (6, 8, 9) or unknown are
/// answered with 3, which is what the specification asks for; the client then decides whether it goes on.
package struct RTMPHandshake: Sendable {
    static let packetByteCount = 1536
    /// The only version that is spoken here.
    private static let version: UInt8 = 3
    /// Versions from here on would be mistaken for a protocol of text.
    private static let textVersion: UInt8 = 32
    /// The first byte of a TLS record with a ClientHello.
    private static let secureTransportMark: UInt8 = 0x16

    private var state = State.version
    private var random: FastRandom

    package init(random: FastRandom) { self.random = random }

    /// Goes on reading `input` from `offset`; what is to be sent is added to `output`. True when the handshake is over:
    /// the bytes from `offset` on are chunks. While it is false all input was used up. An error is final.
    package mutating func next(
        _ input: borrowing RawSpan, _ offset: inout Int, _ output: inout [UInt8]
    ) throws(HandshakeError) -> Bool {
        while true {
            switch self.state {
            case .version:
                guard let version = input.byte(at: offset) else { return false }
                if let failure = Self.failure(of: version) {
                    self.state = .failed(failure)
                    continue
                }
                offset += 1
                self.state = .first([])
            case .first(var packet):
                self.state = .version  // So that `packet` has one owner and grows in place.
                let taken = min(input.byteCount - offset, Self.packetByteCount - packet.count)
                input.extracting(offset..<offset + taken).withUnsafeBytes { packet.append(contentsOf: $0) }
                offset += taken
                guard packet.count == Self.packetByteCount else {
                    self.state = .first(packet)
                    return false
                }
                self.answer(packet, &output)
                self.state = .second(rest: Self.packetByteCount)
            case .second(let rest):
                let taken = min(input.byteCount - offset, rest)
                offset += taken
                self.state = .second(rest: rest - taken)
                return rest == taken
            case .failed(let failure): throw failure
            }
        }
    }

    private static func failure(of version: UInt8) -> HandshakeError? {
        if version == self.secureTransportMark { return .secureTransport }
        if version < self.textVersion { return nil }
        // GET, HEAD, POST, PUT, OPTIONS, CONNECT, …
        return UInt8(ascii: "A")...UInt8(ascii: "Z") ~= version ? .http : .version(version)
    }

    /// S0, S1 and S2. Four zeros in place of a version say that S1 has no digest; S2 is then C1 again, to the byte.
    private mutating func answer(_ request: [UInt8], _ output: inout [UInt8]) {
        var packet: [UInt8] = []
        packet.reserveCapacity(Self.packetByteCount)
        while packet.count < Self.packetByteCount {
            withUnsafeBytes(of: self.random.next()) { packet.append(contentsOf: $0) }
        }
        // The time of the server's clock, which begins with the connection.
        packet.replaceSubrange(0..<8, with: repeatElement(0, count: 8))
        output.append(Self.version)
        if let signed = HandshakeDigest.find(in: request) {
            signed.layout.sign(&packet)
            output += packet
            var echo = request
            HandshakeDigest.signEcho(&echo, of: signed)
            output += echo
        } else {
            output += packet
            output += request
        }
    }

    private enum State: Sendable {
        /// Waits for C0.
        case version
        /// Collects C1.
        case first([UInt8])
        /// Passes over C2.
        case second(rest: Int)
        case failed(HandshakeError)
    }
}
