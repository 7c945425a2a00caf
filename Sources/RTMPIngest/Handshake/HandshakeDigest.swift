internal import Crypto
internal import Primitives

/// The digest that Flash, ffmpeg and some hardware put into C1, and expect in S1 and S2 before they send H.264.
///
/// An HMAC-SHA-256 over all other bytes of the packet, at a place that bytes of the packet tell. The keys are the same
/// in every client and server, so that it proves nothing: it is a form, not a secret.
struct HandshakeDigest {
    let layout: Layout
    let bytes: [UInt8]

    /// The digest of C1, nil when it has none that is right.
    static func find(in request: [UInt8]) -> HandshakeDigest? {
        // Four zeros in place of the client's version: a plain handshake.
        guard request[4..<8].contains(where: { $0 != 0 }) else { return nil }
        for layout in Layout.allCases {
            let range = layout.range(in: request)
            let digest = Array(request[range])
            let expected = layout.digest(of: request, range, key: HandshakeKey.client)
            if ConstantTime.isEqual(digest, expected) { return HandshakeDigest(layout: layout, bytes: digest) }
        }
        return nil
    }

    /// Makes S2 of C1: its last bytes sign the others with a key that is made of the client's digest.
    static func signEcho(_ echo: inout [UInt8], of digest: HandshakeDigest) {
        let key = HMACSHA256.code(of: digest.bytes, key: HandshakeKey.server + HandshakeKey.common)
        let signed = echo.count - HMACSHA256.byteCount
        echo.replaceSubrange(signed..., with: HMACSHA256.code(of: Array(echo[..<signed]), key: key))
    }

    /// The two ways to lay out a packet: behind time and version lie two blocks of 764 bytes, one with the digest, one
    /// with a key of Diffie and Hellman, which only the encrypted versions use. In the order they are tried.
    enum Layout: CaseIterable {
        /// Known as schema 0.
        case digestInSecondBlock
        /// Known as schema 1.
        case digestInFirstBlock

        private static let blockByteCount = 764
        /// A version that has digests, that of a Flash Media Server 4.5: ffmpeg looks for one from 3 on.
        private static let version: [UInt8] = [4, 5, 0, 1]

        /// Where the digest is: behind the four bytes whose sum says how far.
        func range(in packet: [UInt8]) -> Range<Int> {
            let block = self == .digestInFirstBlock ? 8 : 8 + Self.blockByteCount
            let sum = packet[block..<block + 4].reduce(0) { $0 + Int($1) }
            let start = block + 4 + sum % (Self.blockByteCount - 4 - HMACSHA256.byteCount)
            return start..<start + HMACSHA256.byteCount
        }

        func digest(of packet: [UInt8], _ range: Range<Int>, key: [UInt8]) -> [UInt8] {
            HMACSHA256.code(of: Array(packet[..<range.lowerBound] + packet[range.upperBound...]), key: key)
        }

        /// Makes S1 of time, version and random bytes.
        func sign(_ packet: inout [UInt8]) {
            packet.replaceSubrange(4..<8, with: Self.version)
            let range = self.range(in: packet)
            packet.replaceSubrange(range, with: self.digest(of: packet, range, key: HandshakeKey.server))
        }
    }
}
