internal import Crypto
internal import Primitives

/// Names a playback session: 31 random bits, and below them its number among those of its ticket. Numbers grow, so
/// whoever knows a ticket's last one knows of each session whether it came before or after.
package struct PlaybackSessionID: Hashable, Sendable {
    package let value: UInt64

    package init(_ value: UInt64) { self.value = value }

    package init(number: UInt32, random: UInt32) { self.value = UInt64(random & 0x7fff_ffff) << 32 | UInt64(number) }

    package var number: UInt32 { UInt32(truncatingIfNeeded: self.value) }

    /// As the database has it.
    package var databaseValue: Int64 { Int64(bitPattern: self.value) }

    package init(databaseValue: Int64) { self.value = UInt64(bitPattern: databaseValue) }

    /// Sixteen hexadecimal digits: what its owner knows it by. Nobody can watch with it.
    package var text: String {
        var text: [UInt8] = []
        HexText.append(self.value, digitCount: 16, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for what is no such text.
    package init?(_ text: some Collection<UInt8>) {
        guard text.count == 16, let value = HexText.parse(text) else { return nil }
        self.value = value
    }

    static func newRandom() -> UInt32 {
        SecureRandom.bytes(4).reduce(0) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
    }
}
