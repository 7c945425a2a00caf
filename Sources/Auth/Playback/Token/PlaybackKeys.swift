package import Crypto

/// The keys that playback tokens are believed under, by their ids: all generations of the root secret, because a token
/// lives as long as its performance may be watched, which is longer than any key signs. A value.
package struct PlaybackKeys: Sendable {
    private var keys = [HMACSHA256Key?](repeating: nil, count: 256)
    /// What a token of an unknown key is looked at with, so that it takes as long to refuse as any other.
    private let dummy = HMACSHA256Key(.random(32))

    package init(root: RootSecret) {
        for generation in root.generations { self.keys[generation.number] = Self.key(root, generation) }
    }

    static func key(_ root: RootSecret, _ generation: RootSecret.Generation) -> HMACSHA256Key {
        HMACSHA256Key(root.key(for: .playback, in: generation))
    }

    /// What a token says, and whether it is ours: all of its text, its version and its code. The time that it takes
    /// depends on nothing that the token holds.
    package func read(_ text: PlaybackTokenText) -> (token: PlaybackToken, isRight: Bool) {
        let (bytes, isText) = text.decoded()
        let key = self.keys[Int(bytes[1])]
        let code = (key ?? self.dummy).code(of: bytes.span.extracting(0..<PlaybackToken.bodyByteCount)).half
        let given = Self.code(of: bytes)
        let difference = code.0 ^ given.0 | code.1 ^ given.1
        let isOurs = difference == 0
        return (
            PlaybackToken(reading: bytes),
            isOurs && isText && key != nil && bytes[0] == PlaybackToken.version
        )
    }

    /// In the order of memory, as digests have it.
    private static func code(of bytes: borrowing PlaybackTokenBytes) -> (UInt64, UInt64) {
        bytes.span.withUnsafeBytes { memory in
            (
                memory.loadUnaligned(fromByteOffset: 32, as: UInt64.self),
                memory.loadUnaligned(fromByteOffset: 40, as: UInt64.self)
            )
        }
    }
}

extension PlaybackToken {
    /// The token with its code, as players are given it.
    func signed(by key: HMACSHA256Key) -> PlaybackTokenText {
        var bytes = self.body()
        let code = key.code(of: bytes.span.extracting(0..<Self.bodyByteCount)).half
        for index in 0..<8 {
            bytes[Self.bodyByteCount + index] = UInt8(truncatingIfNeeded: code.0.littleEndian >> UInt64(index * 8))
            bytes[Self.bodyByteCount + 8 + index] = UInt8(truncatingIfNeeded: code.1.littleEndian >> UInt64(index * 8))
        }
        return PlaybackTokenText(bytes)
    }
}
