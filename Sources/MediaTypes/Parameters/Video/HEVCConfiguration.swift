internal import Primitives

/// An HEVC decoder configuration record, hvcC (ISO/IEC 14496-15 §8.3.3).
///
/// A record may hold no parameter set at all, when they come in the units. Units that are cut off, or beyond
/// `ParameterLimits`, are left out.
package struct HEVCConfiguration: Equatable, Sendable {
    /// NAL units of one kind.
    package struct UnitArray: Equatable, Sendable {
        package var type: UInt8
        /// All units of this kind are here, none in the stream.
        package var isComplete: Bool
        package var units: [[UInt8]]

        package init(type: UInt8, isComplete: Bool, units: [[UInt8]]) {
            self.type = type
            self.isComplete = isComplete
            self.units = units
        }
    }

    package private(set) var profile = HEVCProfile()
    package private(set) var minimumSpatialSegmentation: UInt16 = 0
    package private(set) var parallelism: UInt8 = 0
    package private(set) var chromaFormat: UInt8 = 1
    package private(set) var lumaBitDepth: UInt8 = 8
    package private(set) var chromaBitDepth: UInt8 = 8
    /// Frames in 256 seconds, 0 where not told.
    package private(set) var averageFrameRate: UInt16 = 0
    package private(set) var constantFrameRate: UInt8 = 0
    package private(set) var temporalLayerCount: UInt8 = 0
    package private(set) var isTemporalIDNested = false
    /// Bytes of the lengths in the publisher's units: 1, 2, 3 or 4. `record` always says 4.
    package private(set) var lengthSize = 4
    package private(set) var arrays: [UnitArray] = []

    package var videoSets: [[UInt8]] { self.units(HEVCNAL.videoSet) }
    package var sequenceSets: [[UInt8]] { self.units(HEVCNAL.sequenceSet) }
    package var pictureSets: [[UInt8]] { self.units(HEVCNAL.pictureSet) }

    /// Nil where the first 22 bytes are not those of a record. Version 0 is what old encoders write.
    package init?(_ record: borrowing RawSpan) {
        guard let version = record.byte(at: 0), version <= 1 else { return nil }
        var reader = BitReader(record.copy(from: 1, count: Self.headByteCount &- 2))
        do { try self.readHead(&reader) } catch { return nil }
        self.readArrays(record)
    }

    /// From the sets that came in units. Nil without a sequence set that tells profile and level.
    package init?(videoSets: [[UInt8]], sequenceSets: [[UInt8]], pictureSets: [[UInt8]]) {
        var byteCountLeft = ParameterLimits.recordByteCountMax &- Self.headByteCount &- 9
        let lists = [
            (HEVCNAL.videoSet, videoSets), (HEVCNAL.sequenceSet, sequenceSets), (HEVCNAL.pictureSet, pictureSets),
        ]
        for (type, units) in lists {
            let kept = ParameterSets.kept(units, Self.unitCountMax, &byteCountLeft)
            if !kept.isEmpty { self.arrays.append(UnitArray(type: type, isComplete: true, units: kept)) }
        }
        guard let parameters = self.parameters else { return nil }
        self.profile = parameters.profile
        self.chromaFormat = parameters.chromaFormat
        self.lumaBitDepth = parameters.lumaBitDepth
        self.chromaBitDepth = parameters.chromaBitDepth
        self.temporalLayerCount = parameters.temporalLayerCount
        self.isTemporalIDNested = parameters.isTemporalIDNested
    }

    /// The record for units with lengths of four bytes.
    package var record: [UInt8] {
        var record: [UInt8] = [1]
        self.profile.append(to: &record)
        record.appendBigEndian(0xf000 | self.minimumSpatialSegmentation)
        record.append(0xfc | self.parallelism)
        record.append(0xfc | self.chromaFormat)
        record.append(0xf8 | (self.lumaBitDepth &- 8))
        record.append(0xf8 | (self.chromaBitDepth &- 8))
        record.appendBigEndian(self.averageFrameRate)
        let nesting: UInt8 = self.isTemporalIDNested ? 4 : 0
        record.append(self.constantFrameRate << 6 | self.temporalLayerCount << 3 | nesting | 3)
        record.append(UInt8(self.arrays.count))
        for array in self.arrays {
            record.append((array.isComplete ? 0x80 : 0) | array.type)
            record.appendBigEndian(UInt16(array.units.count))
            ParameterSets.append(array.units, to: &record)
        }
        return record
    }

    /// Of the first sequence set.
    package var parameters: HEVCSequenceParameters? {
        self.sequenceSets.first.flatMap { unsafe HEVCSequenceParameters($0.span.bytes) }
    }

    package var format: VideoFormat {
        var format = VideoFormat(codec: .hevc, configuration: self.record)
        guard let parameters = self.parameters else { return format }
        format.width = parameters.width
        format.height = parameters.height
        format.color = parameters.color
        return format
    }

    /// As in HLS and ISO/IEC 14496-15 annex E: `hvc1.1.6.L93.B0`.
    package var codecString: String { "hvc1." + self.profile.codecString }

    // MARK: Helpers

    /// With the number of arrays.
    private static let headByteCount = 23
    /// Sets of one kind when a record is made of them; picture sets have numbers up to 63.
    private static let unitCountMax = 64

    private func units(_ type: UInt8) -> [[UInt8]] {
        self.arrays.lazy.filter { $0.type == type }.flatMap(\.units)
    }

    private mutating func readHead(_ reader: inout BitReader) throws(BitReader.End) {
        self.profile = try HEVCProfile(&reader)
        try reader.skip(4)
        self.minimumSpatialSegmentation = UInt16(try reader.bits(12))
        try reader.skip(6)
        self.parallelism = UInt8(try reader.bits(2))
        try reader.skip(6)
        self.chromaFormat = UInt8(try reader.bits(2))
        try reader.skip(5)
        self.lumaBitDepth = UInt8(try reader.bits(3)) &+ 8
        try reader.skip(5)
        self.chromaBitDepth = UInt8(try reader.bits(3)) &+ 8
        self.averageFrameRate = UInt16(try reader.bits(16))
        self.constantFrameRate = UInt8(try reader.bits(2))
        self.temporalLayerCount = UInt8(try reader.bits(3))
        self.isTemporalIDNested = try reader.flag()
        self.lengthSize = Int(try reader.bits(2)) &+ 1
    }

    /// Takes what is whole, and ends where something is cut off.
    private mutating func readArrays(_ record: borrowing RawSpan) {
        guard let arrayCount = record.byte(at: Self.headByteCount &- 1) else { return }
        var position = Self.headByteCount
        for _ in 0..<arrayCount {
            guard let head = record.byte(at: position), let unitCount = record.bigEndianUInt16(at: position &+ 1) else {
                return
            }
            position &+= 3
            var array = UnitArray(type: head & 0x3f, isComplete: head & 0x80 != 0, units: [])
            let isWhole = ParameterSets.read(Int(unitCount), record, &position, into: &array.units)
            if !array.units.isEmpty { self.arrays.append(array) }
            if !isWhole { return }
        }
    }
}
