internal import COpenSSL

/// A publisher's half of the handshake, simple or with Adobe's digests (reference: the two layouts of C1).
package struct PublisherHandshake: Sendable {
    package enum Kind: Sendable, CaseIterable {
        case simple
        /// The key block lies first, the digest in the block at 772.
        case digestSecond
        /// The digest lies in the block at 8, before the key.
        case digestFirst
    }

    package let kind: Kind
    /// C0 and C1.
    package let start: [UInt8]
    private let digest: [UInt8]

    package init(_ kind: Kind = .simple, version: UInt8 = 3, seed: UInt64 = 1) {
        self.kind = kind
        var random = SplitMix(seed: seed)
        var hello = random.bytes(1536)
        hello.replaceSubrange(0..<4, with: [0, 0, 0, 0])
        // A version of the Flash player asks for digests, zero for none.
        hello.replaceSubrange(4..<8, with: kind == .simple ? [0, 0, 0, 0] : [9, 0, 124, 2])
        var digest: [UInt8] = []
        if let place = Self.digestRange(in: hello, kind) {
            digest = Self.code(of: hello[..<place.lowerBound] + hello[place.upperBound...], key: Self.playerKey)
            hello.replaceSubrange(place, with: digest)
        }
        self.digest = digest
        self.start = [version] + hello
    }

    /// Bytes of S0, S1 and S2.
    package static let answerByteCount = 1 + 1536 + 1536

    /// C2, the answer to S1.
    package func end(_ answer: [UInt8]) -> [UInt8] {
        let hello = Array(answer[1..<1537])
        guard self.kind != .simple, let place = Self.digestRange(in: hello, self.kind) else { return hello }
        var random = SplitMix(seed: 2)
        let body = random.bytes(1504)
        return body + Self.code(of: body[...], key: Self.code(of: hello[place], key: Self.playerKey + Self.keyTail))
    }

    /// What is wrong with S0, S1 and S2; nil when all is as a strict publisher wants it.
    package func fault(in answer: [UInt8]) -> String? {
        guard answer.count == Self.answerByteCount else { return "\(answer.count) bytes" }
        guard answer[0] == 3 else { return "S0 is \(answer[0])" }
        let (hello, echo) = (answer[1..<1537], answer[1537...])
        guard self.kind != .simple else { return echo.elementsEqual(self.start[1...]) ? nil : "S2 does not echo C1" }
        let first = Array(hello)
        guard let place = Self.digestRange(in: first, self.kind) else { return "no digest" }
        let wanted = Self.code(of: first[..<place.lowerBound] + first[place.upperBound...], key: Self.serverKey)
        guard first[place].elementsEqual(wanted) else { return "S1 has no digest where C1 has one" }
        let second = Array(echo)
        let key = Self.code(of: self.digest[...], key: Self.serverKey + Self.keyTail)
        guard second[1504...].elementsEqual(Self.code(of: second[..<1504], key: key)) else {
            return "S2 is not signed with the digest of C1"
        }
        return nil
    }

    private static func digestRange(in hello: [UInt8], _ kind: Kind) -> Range<Int>? {
        guard kind != .simple else { return nil }
        let pointer = kind == .digestFirst ? 8 : 772
        let offset = hello[pointer..<pointer + 4].reduce(0) { $0 + Int($1) } % 728 + pointer + 4
        return offset..<offset + 32
    }

    private static let playerKey = Array("Genuine Adobe Flash Player 001".utf8)
    private static let serverKey = Array("Genuine Adobe Flash Media Server 001".utf8)
    private static let keyTail: [UInt8] = [
        0xf0, 0xee, 0xc2, 0x4a, 0x80, 0x68, 0xbe, 0xe8, 0x2e, 0x00, 0xd0, 0xd1, 0x02, 0x9e, 0x7e, 0x57,
        0x6e, 0xec, 0x5d, 0x2d, 0x29, 0x80, 0x6f, 0xab, 0x93, 0xb8, 0xe6, 0x36, 0xcf, 0xeb, 0x31, 0xae,
    ]

    private static func code(of bytes: ArraySlice<UInt8>, key: [UInt8]) -> [UInt8] {
        let input = Array(bytes)
        var result = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        podo_openssl_outlives_exit()
        HMAC(EVP_sha256(), key, CInt(key.count), input, input.count, &result, &length)
        return result
    }
}
