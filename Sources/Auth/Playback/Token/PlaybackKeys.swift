package import Crypto

/// The keys that playback tokens are believed under, by their ids: all generations of the root secret, because a token
/// lives as long as its performance may be watched, which is longer than any key signs. Under those before the newest
/// two only sessions that are known: whoever has stolen a key makes no new ones once it was rotated twice. A value.
package struct PlaybackKeys: Sendable {
    /// What is read of a token.
    package struct Reading: Sendable {
        package let token: PlaybackToken
        /// It is ours: all of its text, its version and its code.
        package let isRight: Bool
        /// It may be of a session that nobody has told of yet.
        package let isRecent: Bool
    }

    private static let recentCount = 2

    private var keys = [HMACSHA256Key?](repeating: nil, count: 256)
    private let recent: [Int]
    /// What a token of an unknown key is looked at with, so that it takes as long to refuse as any other.
    private let dummy = HMACSHA256Key(.random(32))

    package init(root: RootSecret) {
        self.recent = root.generations.prefix(Self.recentCount).map(\.number)
        for generation in root.generations { self.keys[generation.number] = Self.key(root, generation) }
    }

    static func key(_ root: RootSecret, _ generation: RootSecret.Generation) -> HMACSHA256Key {
        HMACSHA256Key(root.key(for: .playback, in: generation))
    }

    /// What a token says. The time that it takes depends on nothing that the token holds.
    package func read(_ text: PlaybackTokenText) -> Reading {
        let (bytes, isText) = text.decoded()
        let keyID = Int(bytes[1])
        let key = self.keys[keyID]
        let code = (key ?? self.dummy).code(of: bytes.span.extracting(0..<PlaybackToken.bodyByteCount)).half
        let given = Self.code(of: bytes)
        let isOurs = ((code.0 ^ given.0) | (code.1 ^ given.1)) == 0
        return Reading(
            token: PlaybackToken(reading: bytes),
            isRight: isOurs && isText && key != nil && bytes[0] == PlaybackToken.version,
            isRecent: self.recent.contains(keyID))
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
