internal import Primitives

/// What an AV1 sequence header says of its pictures (AV1 §5.5).
package struct AV1SequenceHeader: Equatable, Sendable {
    package var profile: UInt8 = 0
    /// seq_level_idx of the first operating point.
    package var level: UInt8 = 0
    package var isHighTier = false
    package var widthMax = 0
    package var heightMax = 0
    package var bitDepth: UInt8 = 8
    package var isMonochrome = false
    package var isSubsampledHorizontally = true
    package var isSubsampledVertically = true
    package var chromaPosition: UInt8 = 0
    package var isFullRange = false
    package var timing: FrameTiming?
    package var color: VideoColor?

    /// Takes the payload of a sequence header OBU, without its header. Nil where it cannot be read whole.
    package init?(_ payload: borrowing RawSpan) {
        var reader = BitReader(payload.copy(from: 0, count: Self.byteCountMax))
        do { try self.read(&reader) } catch { return nil }
    }

    // MARK: Parts of the header

    /// Real ones have about a dozen bytes; 32 operating points make about 600.
    private static let byteCountMax = 1024

    private mutating func read(_ reader: inout BitReader) throws(BitReader.End) {
        self.profile = UInt8(try reader.bits(3))
        guard self.profile <= 2 else { throw BitReader.End() }
        try reader.skip(1)
        let isReduced = try reader.flag()
        if isReduced {
            self.level = UInt8(try reader.bits(5))
        } else {
            try self.readOperatingPoints(&reader)
        }
        let (widthBitCount, heightBitCount) = (Int(try reader.bits(4)) &+ 1, Int(try reader.bits(4)) &+ 1)
        let (width, height) = (try reader.bits(widthBitCount), try reader.bits(heightBitCount))
        let size = PictureSize(
            codedWidth: UInt64(width) &+ 1, codedHeight: UInt64(height) &+ 1, croppedWidth: 0, croppedHeight: 0)
        self.widthMax = size?.width ?? 0
        self.heightMax = size?.height ?? 0
        if !isReduced, try reader.flag() { try reader.skip(7) }
        try reader.skip(3)
        if !isReduced { try Self.skipTools(&reader) }
        try reader.skip(3)
        try self.readColor(&reader)
    }

    private mutating func readOperatingPoints(_ reader: inout BitReader) throws(BitReader.End) {
        var delayBitCount: Int?
        if try reader.flag() {
            let (unitsPerTick, timeScale) = (try reader.bits(32), try reader.bits(32))
            if try reader.flag() {
                let tickCount = UInt64(try reader.unsignedExponential()) &+ 1
                let (unitsPerFrame, overflowed) = UInt64(unitsPerTick).multipliedReportingOverflow(by: tickCount)
                self.timing =
                    overflowed
                    ? nil : FrameTiming(timeScale: timeScale, unitsPerFrame: unitsPerFrame, isFixed: true)
            }
            if try reader.flag() {
                delayBitCount = Int(try reader.bits(5)) &+ 1
                try reader.skip(42)
            }
        }
        let hasInitialDelay = try reader.flag()
        let pointCount = try reader.bits(5) &+ 1
        for index in 0..<pointCount {
            try reader.skip(12)
            let level = UInt8(try reader.bits(5))
            let isHighTier = level > 7 ? try reader.flag() : false
            if index == 0 { (self.level, self.isHighTier) = (level, isHighTier) }
            if let delayBitCount, try reader.flag() { try reader.skip(delayBitCount &* 2 &+ 1) }
            if hasInitialDelay, try reader.flag() { try reader.skip(4) }
        }
    }

    /// From enable_interintra_compound to order_hint_bits.
    private static func skipTools(_ reader: inout BitReader) throws(BitReader.End) {
        try reader.skip(4)
        let hasOrderHint = try reader.flag()
        if hasOrderHint { try reader.skip(2) }
        // Screen content tools are chosen for each frame, or on, or off; the last has no choice of integer vectors.
        let canForceIntegerVectors = try reader.flag() ? true : try reader.flag()
        if canForceIntegerVectors, try !reader.flag() { try reader.skip(1) }
        if hasOrderHint { try reader.skip(3) }
    }

    /// AV1 §5.5.2.
    private mutating func readColor(_ reader: inout BitReader) throws(BitReader.End) {
        self.bitDepth = try reader.flag() ? 10 : 8
        if self.profile == 2, self.bitDepth == 10, try reader.flag() { self.bitDepth = 12 }
        self.isMonochrome = self.profile == 1 ? false : try reader.flag()
        var color = VideoColor(bitDepth: self.bitDepth)
        if try reader.flag() {
            let (primaries, transfer, matrix) = (try reader.byte(), try reader.byte(), try reader.byte())
            color.take(primaries: primaries, transfer: transfer, matrix: matrix)
        }
        self.color = color
        defer { self.color?.isFullRange = self.isFullRange }
        if self.isMonochrome {
            self.isFullRange = try reader.flag()
            return
        }
        if color.primaries == 1, color.transfer == 13, color.matrix == 0 {
            self.isFullRange = true
            (self.isSubsampledHorizontally, self.isSubsampledVertically) = (false, false)
            return
        }
        self.isFullRange = try reader.flag()
        switch (self.profile, self.bitDepth) {
        case (0, _): break
        case (1, _): (self.isSubsampledHorizontally, self.isSubsampledVertically) = (false, false)
        case (_, 12):
            self.isSubsampledHorizontally = try reader.flag()
            self.isSubsampledVertically = self.isSubsampledHorizontally ? try reader.flag() : false
        default: self.isSubsampledVertically = false
        }
        let isSubsampled = self.isSubsampledHorizontally && self.isSubsampledVertically
        if isSubsampled { self.chromaPosition = UInt8(try reader.bits(2)) }
    }
}
