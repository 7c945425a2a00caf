/// The generator xoshiro256**: a few instructions a number, for trace ids, jitter and sampling.
///
/// Not for secrets: whoever sees a few numbers can compute all that follow. Tokens and keys are made with
/// `SystemRandomNumberGenerator`. Each loop has its own; it is a value, and copying it repeats its numbers.
package struct FastRandom: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// Seeded by the kernel.
    package init() {
        var system = SystemRandomNumberGenerator()
        self.init(seed: system.next())
        // 128 bits in all, so that two processes do not meet.
        self.state.2 ^= system.next()
    }

    /// The same seed gives the same numbers, for tests. SplitMix64 spreads it over the state, which is then not zero.
    package init(seed: UInt64) {
        var seed = seed
        func spread() -> UInt64 {
            seed &+= 0x9E37_79B9_7F4A_7C15
            var mixed = seed
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        self.init(state: (spread(), spread(), spread(), spread()))
    }

    init(state: (UInt64, UInt64, UInt64, UInt64)) { self.state = state }

    package mutating func next() -> UInt64 {
        let result = Self.rotate(self.state.1 &* 5, 7) &* 9
        let shifted = self.state.1 << 17
        self.state.2 ^= self.state.0
        self.state.3 ^= self.state.1
        self.state.1 ^= self.state.2
        self.state.0 ^= self.state.3
        self.state.2 ^= shifted
        self.state.3 = Self.rotate(self.state.3, 45)
        return result
    }

    private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 { value << count | value >> (64 - count) }
}
