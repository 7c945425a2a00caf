/// Cuts an input into pieces at places that follow from its bytes alone, so that a finding can be replayed.
struct InputCutter {
    /// Pieces are at most this long: boundaries within a line matter more than long reads.
    private static let pieceByteCountMax: UInt64 = 24

    /// SplitMix64.
    private var state: UInt64

    init(seed bytes: [UInt8]) {
        // FNV-1a of the input.
        self.state = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func cut(_ bytes: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + 1 + Int(self.next() % Self.pieceByteCountMax), bytes.count)
            pieces.append(Array(bytes[start..<end]))
            start = end
        }
        return pieces
    }
}
