internal import Primitives

/// What an H.264 sequence parameter set says of its pictures (H.264 §7.3.2.1.1).
///
/// Nil only where not even profile and level are there. What comes after something that cannot be read is left as if it
/// had not been said: a stream is never refused because of it.
package struct H264SequenceParameters: Equatable, Sendable {
    package var profile: UInt8 = 0
    /// constraint_set0_flag in the highest bit, to constraint_set5_flag and two zeros.
    package var constraintFlags: UInt8 = 0
    package var level: UInt8 = 0
    package var id: UInt32 = 0
    /// 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4.
    package var chromaFormat: UInt8 = 1
    package var lumaBitDepth: UInt8 = 8
    package var chromaBitDepth: UInt8 = 8
    /// Of the picture as it is shown; 0 where it could not be read.
    package var width = 0
    package var height = 0
    package var isInterlaced = false
    package var timing: FrameTiming?
    package var color: VideoColor?

    /// Takes a whole NAL unit, its first byte included.
    package init?(_ unit: borrowing RawSpan) {
        guard let first = unit.byte(at: 0), H264NAL.type(of: first) == H264NAL.sequenceSet else { return nil }
        var reader = BitReader(
            RawByteSequence.bytes(unit, from: 1, byteCountMax: ParameterLimits.unitByteCountMax))
        do {
            self.profile = try reader.byte()
            self.constraintFlags = try reader.byte()
            self.level = try reader.byte()
        } catch {
            return nil
        }
        // The rest is worth what could be read of it.
        do {
            try self.readPictures(&reader)
            if try reader.flag() { try self.readUsability(&reader) }
        } catch {}
    }

    // MARK: Parts of the set

    /// Profiles whose sets say how chroma is sampled.
    private static let chromaProfiles: Set<UInt8> = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]

    private mutating func readPictures(_ reader: inout BitReader) throws(BitReader.End) {
        self.id = try reader.unsignedExponential()
        var hasSeparatePlanes = false
        if Self.chromaProfiles.contains(self.profile) { hasSeparatePlanes = try self.readChroma(&reader) }
        self.color = VideoColor(bitDepth: self.lumaBitDepth)
        _ = try reader.unsignedExponential()
        try Self.skipPictureOrder(&reader)
        _ = try reader.unsignedExponential()
        try reader.skip(1)
        let widthInBlocks = UInt64(try reader.unsignedExponential()) &+ 1
        let heightInBlocks = UInt64(try reader.unsignedExponential()) &+ 1
        self.isInterlaced = try !reader.flag()
        try reader.skip(self.isInterlaced ? 2 : 1)
        let fieldCount: UInt64 = self.isInterlaced ? 2 : 1
        let isSubsampled = !hasSeparatePlanes && self.chromaFormat > 0
        let cropUnitWidth: UInt64 = isSubsampled && self.chromaFormat < 3 ? 2 : 1
        let cropUnitHeight: UInt64 = (isSubsampled && self.chromaFormat == 1 ? 2 : 1) &* fieldCount
        var cropped: (width: UInt64, height: UInt64) = (0, 0)
        if try reader.flag() {
            cropped.width = UInt64(try reader.unsignedExponential()) &+ UInt64(try reader.unsignedExponential())
            cropped.height = UInt64(try reader.unsignedExponential()) &+ UInt64(try reader.unsignedExponential())
        }
        let size = PictureSize(
            codedWidth: widthInBlocks &* 16, codedHeight: heightInBlocks &* 16 &* fieldCount,
            croppedWidth: cropped.width &* cropUnitWidth, croppedHeight: cropped.height &* cropUnitHeight)
        self.width = size?.width ?? 0
        self.height = size?.height ?? 0
    }

    /// Returns separate_colour_plane_flag.
    private mutating func readChroma(_ reader: inout BitReader) throws(BitReader.End) -> Bool {
        let chromaFormat = try reader.unsignedExponential()
        guard chromaFormat <= 3 else { throw BitReader.End() }
        let hasSeparatePlanes = chromaFormat == 3 ? try reader.flag() : false
        let (luma, chroma) = (try reader.unsignedExponential(), try reader.unsignedExponential())
        guard luma <= 6, chroma <= 6 else { throw BitReader.End() }
        self.chromaFormat = UInt8(chromaFormat)
        self.lumaBitDepth = UInt8(luma) &+ 8
        self.chromaBitDepth = UInt8(chroma) &+ 8
        try reader.skip(1)
        if try reader.flag() {
            for index in 0..<(chromaFormat == 3 ? 12 : 8) where try reader.flag() {
                try Self.skipScalingList(&reader, count: index < 6 ? 16 : 64)
            }
        }
        return hasSeparatePlanes
    }

    /// H.264 §7.3.2.1.1.1: after a scale of 0 nothing more is written.
    private static func skipScalingList(_ reader: inout BitReader, count: Int) throws(BitReader.End) {
        var scale: Int64 = 8
        for _ in 0..<count {
            scale = (scale &+ (try reader.signedExponential())) & 0xff
            if scale == 0 { return }
        }
    }

    private static func skipPictureOrder(_ reader: inout BitReader) throws(BitReader.End) {
        switch try reader.unsignedExponential() {
        case 0: _ = try reader.unsignedExponential()
        case 1:
            try reader.skip(1)
            _ = try reader.signedExponential()
            _ = try reader.signedExponential()
            let count = try reader.unsignedExponential()
            guard count <= 255 else { throw BitReader.End() }
            for _ in 0..<count { _ = try reader.signedExponential() }
        case 2: break
        default: throw BitReader.End()
        }
    }

    /// H.264 §E.1.1, as far as timing.
    private mutating func readUsability(_ reader: inout BitReader) throws(BitReader.End) {
        var color = VideoColor(bitDepth: self.lumaBitDepth)
        try color.takeUsabilityHead(&reader)
        self.color = color
        guard try reader.flag() else { return }
        let (unitsPerTick, timeScale) = (try reader.bits(32), try reader.bits(32))
        self.timing = FrameTiming(
            timeScale: timeScale, unitsPerFrame: UInt64(unitsPerTick) &* 2, isFixed: try reader.flag())
    }
}
