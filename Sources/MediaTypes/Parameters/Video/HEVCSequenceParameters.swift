internal import Primitives

/// What an HEVC sequence parameter set says of its pictures (HEVC §7.3.2.2.1).
///
/// Nil only where not even profile and level are there. What comes after something that cannot be read is left as if it
/// had not been said: a stream is never refused because of it.
package struct HEVCSequenceParameters: Equatable, Sendable {
    package var profile = HEVCProfile()
    package var id: UInt32 = 0
    package var temporalLayerCount: UInt8 = 1
    package var isTemporalIDNested = false
    /// 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4.
    package var chromaFormat: UInt8 = 1
    package var lumaBitDepth: UInt8 = 8
    package var chromaBitDepth: UInt8 = 8
    /// Of the picture as it is shown; 0 where it could not be read.
    package var width = 0
    package var height = 0
    package var timing: FrameTiming?
    package var color: VideoColor?

    /// Takes a whole NAL unit, its two first bytes included.
    package init?(_ unit: borrowing RawSpan) {
        guard let first = unit.byte(at: 0), HEVCNAL.type(of: first) == HEVCNAL.sequenceSet else { return nil }
        var reader = BitReader(
            RawByteSequence.bytes(unit, from: 2, byteCountMax: ParameterLimits.unitByteCountMax))
        do {
            try reader.skip(4)
            self.temporalLayerCount = UInt8(try reader.bits(3)) &+ 1
            self.isTemporalIDNested = try reader.flag()
            self.profile = try HEVCProfile(&reader)
        } catch {
            return nil
        }
        // The rest is worth what could be read of it.
        do {
            try self.skipLayerProfiles(&reader)
            try self.readPictures(&reader)
            try self.skipTools(&reader)
            if try reader.flag() { try self.readUsability(&reader) }
        } catch {}
    }

    // MARK: Parts of the set

    /// The profiles and levels of temporal layers below the highest (HEVC §7.3.3).
    private func skipLayerProfiles(_ reader: inout BitReader) throws(BitReader.End) {
        let count = Int(self.temporalLayerCount) &- 1
        guard count > 0 else { return }
        var bitCount = 0
        for _ in 0..<count {
            if try reader.flag() { bitCount &+= 88 }
            if try reader.flag() { bitCount &+= 8 }
        }
        try reader.skip((8 &- count) &* 2 &+ bitCount)
    }

    private mutating func readPictures(_ reader: inout BitReader) throws(BitReader.End) {
        self.id = try reader.unsignedExponential()
        let chromaFormat = try reader.unsignedExponential()
        guard chromaFormat <= 3 else { throw BitReader.End() }
        self.chromaFormat = UInt8(chromaFormat)
        let hasSeparatePlanes = chromaFormat == 3 ? try reader.flag() : false
        let codedWidth = UInt64(try reader.unsignedExponential())
        let codedHeight = UInt64(try reader.unsignedExponential())
        var cropped: (width: UInt64, height: UInt64) = (0, 0)
        if try reader.flag() {
            cropped.width = UInt64(try reader.unsignedExponential()) &+ UInt64(try reader.unsignedExponential())
            cropped.height = UInt64(try reader.unsignedExponential()) &+ UInt64(try reader.unsignedExponential())
        }
        let isSubsampled = !hasSeparatePlanes && (chromaFormat == 1 || chromaFormat == 2)
        let size = PictureSize(
            codedWidth: codedWidth, codedHeight: codedHeight,
            croppedWidth: cropped.width &* (isSubsampled ? 2 : 1),
            croppedHeight: cropped.height &* (isSubsampled && chromaFormat == 1 ? 2 : 1))
        self.width = size?.width ?? 0
        self.height = size?.height ?? 0
        let (luma, chroma) = (try reader.unsignedExponential(), try reader.unsignedExponential())
        guard luma <= 8, chroma <= 8 else { throw BitReader.End() }
        self.lumaBitDepth = UInt8(luma) &+ 8
        self.chromaBitDepth = UInt8(chroma) &+ 8
        self.color = VideoColor(bitDepth: self.lumaBitDepth)
    }

    /// HEVC §E.2.1, as far as timing.
    private mutating func readUsability(_ reader: inout BitReader) throws(BitReader.End) {
        var color = VideoColor(bitDepth: self.lumaBitDepth)
        try color.takeUsabilityHead(&reader)
        self.color = color
        try reader.skip(1)
        let isOfFields = try reader.flag()
        try reader.skip(1)
        if try reader.flag() {
            for _ in 0..<4 { _ = try reader.unsignedExponential() }
        }
        guard try reader.flag() else { return }
        let (unitsPerPicture, timeScale) = (try reader.bits(32), try reader.bits(32))
        self.timing = FrameTiming(
            timeScale: timeScale, unitsPerFrame: UInt64(unitsPerPicture) &* (isOfFields ? 2 : 1), isFixed: false)
    }
}
