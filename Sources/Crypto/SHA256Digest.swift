/// The 32 bytes of a SHA-256 as a value that tables are looked up by.
///
/// Equality stops at the first difference. Nobody can use that: to come nearer to a digest byte by byte one would have
/// to find texts for digests.
package struct SHA256Digest: Hashable, Sendable {
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// In the order of memory.
    init(words: (UInt64, UInt64, UInt64, UInt64)) {
        (self.first, self.second, self.third, self.fourth) = words
    }

    /// Two numbers that are evenly spread and know nothing of each other, for choosing places in a table.
    package var place: UInt64 { self.first }
    package var otherPlace: UInt64 { self.second }

    package var bytes: [UInt8] { withUnsafeBytes(of: self) { Array($0) } }

    /// The first half, as codes that were cut to 128 bits have it.
    package var half: (UInt64, UInt64) { (self.first, self.second) }
}
