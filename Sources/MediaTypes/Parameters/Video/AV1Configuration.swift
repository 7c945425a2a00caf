internal import Primitives

/// An AV1 codec configuration record, av1C (AV1 in ISO BMFF §2.3).
package struct AV1Configuration: Equatable, Sendable {
    package private(set) var profile: UInt8
    package private(set) var level: UInt8
    package private(set) var isHighTier = false
    package private(set) var bitDepth: UInt8 = 8
    package private(set) var isMonochrome = false
    package private(set) var isSubsampledHorizontally = true
    package private(set) var isSubsampledVertically = true
    package private(set) var chromaPosition: UInt8 = 0
    /// The presentation delay byte as it was sent.
    package private(set) var presentationDelay: UInt8 = 0
    /// The sequence header and metadata, as OBUs with their sizes; empty where they come in the units.
    package private(set) var units: [UInt8] = []

    /// Nil where the first four bytes are not those of a record. Units beyond `ParameterLimits.recordByteCountMax`
    /// count as not sent.
    package init?(_ record: borrowing RawSpan) {
        guard record.byte(at: 0) == 0x81, let levels = record.byte(at: 1), let samples = record.byte(at: 2),
            let delay = record.byte(at: 3)
        else { return nil }
        self.profile = levels >> 5
        self.level = levels & 0x1f
        self.isHighTier = samples & 0x80 != 0
        let isDeep = samples & 0x40 != 0
        self.bitDepth = isDeep ? (self.profile == 2 && samples & 0x20 != 0 ? 12 : 10) : 8
        self.isMonochrome = samples & 0x10 != 0
        self.isSubsampledHorizontally = samples & 0x08 != 0
        self.isSubsampledVertically = samples & 0x04 != 0
        self.chromaPosition = samples & 0x03
        self.presentationDelay = delay
        if record.byteCount <= ParameterLimits.recordByteCountMax { self.units = record.copy(from: 4) }
    }

    /// From the sequence header in the OBUs of a temporal unit; nil without one before the first frame.
    package init?(temporalUnit: borrowing RawSpan) {
        guard let unit = Self.sequenceHeaderUnit(temporalUnit) else { return nil }
        let payload = temporalUnit.copy(from: unit.payload.lowerBound, count: unit.payload.count)
        guard payload.count < 128, let header = unsafe AV1SequenceHeader(payload.span.bytes) else { return nil }
        self.profile = header.profile
        self.level = header.level
        self.isHighTier = header.isHighTier
        self.bitDepth = header.bitDepth
        self.isMonochrome = header.isMonochrome
        self.isSubsampledHorizontally = header.isSubsampledHorizontally
        self.isSubsampledVertically = header.isSubsampledVertically
        self.chromaPosition = header.chromaPosition
        // A sequence header that has a size of one byte.
        self.units = [AV1Unit.sequenceHeader << 3 | 2, UInt8(payload.count)] + payload
    }

    package var record: [UInt8] {
        var samples: UInt8 = self.isHighTier ? 0x80 : 0
        if self.bitDepth > 8 { samples |= 0x40 }
        if self.bitDepth > 10 { samples |= 0x20 }
        if self.isMonochrome { samples |= 0x10 }
        if self.isSubsampledHorizontally { samples |= 0x08 }
        if self.isSubsampledVertically { samples |= 0x04 }
        return [0x81, self.profile << 5 | self.level, samples | self.chromaPosition, self.presentationDelay] + self.units
    }

    /// Of the first sequence header among `units`.
    package var sequenceHeader: AV1SequenceHeader? {
        let bytes = unsafe self.units.span.bytes
        return Self.sequenceHeaderUnit(bytes).flatMap { AV1SequenceHeader(bytes.extracting($0.payload)) }
    }

    package var format: VideoFormat {
        var format = VideoFormat(codec: .av1, configuration: self.record)
        format.color = VideoColor(bitDepth: self.bitDepth)
        guard let header = self.sequenceHeader else { return format }
        format.width = header.widthMax
        format.height = header.heightMax
        format.color = header.color
        return format
    }

    /// As in HLS and AV1 in ISO BMFF §5: `av01.0.04M.08`, with the other fields where one is not the usual one.
    package var codecString: String {
        var text = "av01.\(self.profile).\(CodecText.decimal(self.level))\(self.isHighTier ? "H" : "M")."
        text += CodecText.decimal(self.bitDepth)
        let header = self.sequenceHeader
        let color = [header?.color?.primaries, header?.color?.transfer, header?.color?.matrix].map { $0 ?? 1 }
        let isSubsampled = self.isSubsampledHorizontally && self.isSubsampledVertically
        let isFullRange = header?.isFullRange ?? false
        if !self.isMonochrome, isSubsampled, color == [1, 1, 1], !isFullRange { return text }
        text += self.isMonochrome ? ".1." : ".0."
        text += self.isSubsampledHorizontally ? "1" : "0"
        text += self.isSubsampledVertically ? "1" : "0"
        text += isSubsampled ? String(self.chromaPosition) : "0"
        for number in color { text += "." + CodecText.decimal(number) }
        return text + (isFullRange ? ".1" : ".0")
    }

    /// A sequence header stands before the frames that need it.
    private static func sequenceHeaderUnit(_ bytes: borrowing RawSpan) -> AV1Unit? {
        var position = 0
        for _ in 0..<Self.unitCountMax {
            guard let unit = AV1Unit(in: bytes, at: position) else { return nil }
            switch unit.type {
            case AV1Unit.sequenceHeader: return unit
            case AV1Unit.frameHeader, AV1Unit.tileGroup, AV1Unit.frame: return nil
            default: position = unit.range.upperBound
            }
        }
        return nil
    }

    /// Units that are searched for a sequence header.
    private static let unitCountMax = 64
}
