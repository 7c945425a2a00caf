extension VideoColor {
    /// The code point of H.273 that says nothing.
    package static let unspecified: UInt8 = 2

    init(bitDepth: UInt8) {
        self.init()
        self.bitDepth = bitDepth
    }

    /// Takes three code points of H.273.
    mutating func take(primaries: UInt8, transfer: UInt8, matrix: UInt8) {
        self.primaries = primaries == Self.unspecified ? nil : primaries
        self.transfer = transfer == Self.unspecified ? nil : transfer
        self.matrix = matrix == Self.unspecified ? nil : matrix
    }

    /// Reads what the usability information of H.264 (§E.1.1) and HEVC (§E.2.1) both begin with: aspect ratio,
    /// overscan, video signal and the place of chroma samples.
    mutating func takeUsabilityHead(_ reader: inout BitReader) throws(BitReader.End) {
        let extendedAspectRatio: UInt32 = 255
        if try reader.flag(), try reader.bits(8) == extendedAspectRatio { try reader.skip(32) }
        if try reader.flag() { try reader.skip(1) }
        if try reader.flag() {
            try reader.skip(3)
            self.isFullRange = try reader.flag()
            if try reader.flag() {
                let (primaries, transfer, matrix) = (try reader.byte(), try reader.byte(), try reader.byte())
                self.take(primaries: primaries, transfer: transfer, matrix: matrix)
            }
        }
        if try reader.flag() {
            _ = try reader.unsignedExponential()
            _ = try reader.unsignedExponential()
        }
    }
}
