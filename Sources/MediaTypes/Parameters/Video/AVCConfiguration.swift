internal import Primitives

/// An H.264 decoder configuration record, avcC (ISO/IEC 14496-15 §5.3.3).
///
/// A record may hold no parameter set at all, when they come in the units. Sets that are cut off, or beyond
/// `ParameterLimits`, are left out.
package struct AVCConfiguration: Equatable, Sendable {
    package private(set) var profile: UInt8
    package private(set) var constraintFlags: UInt8
    package private(set) var level: UInt8
    /// Bytes of the lengths in the publisher's units: 1, 2, 3 or 4. `record` always says 4.
    package private(set) var lengthSize = 4
    /// NAL units, their first byte included.
    package private(set) var sequenceSets: [[UInt8]] = []
    package private(set) var pictureSets: [[UInt8]] = []
    package private(set) var sequenceSetExtensions: [[UInt8]] = []

    /// Nil where the first five bytes are not those of a record.
    package init?(_ record: borrowing RawSpan) {
        guard record.byte(at: 0) == 1, let profile = record.byte(at: 1), let constraintFlags = record.byte(at: 2),
            let level = record.byte(at: 3), let lengthSize = record.byte(at: 4)
        else { return nil }
        self.profile = profile
        self.constraintFlags = constraintFlags
        self.level = level
        self.lengthSize = Int(lengthSize & 3) &+ 1
        self.readSets(record)
    }

    /// From the sets that came in units. Nil without a sequence set that tells profile and level.
    package init?(sequenceSets: [[UInt8]], pictureSets: [[UInt8]]) {
        var byteCountLeft = ParameterLimits.recordByteCountMax &- Self.headByteCountMax
        self.sequenceSets = ParameterSets.kept(sequenceSets, Self.sequenceSetCountMax, &byteCountLeft)
        self.pictureSets = ParameterSets.kept(pictureSets, Self.pictureSetCountMax, &byteCountLeft)
        (self.profile, self.constraintFlags, self.level) = (0, 0, 0)
        guard let parameters = self.parameters else { return nil }
        self.profile = parameters.profile
        self.constraintFlags = parameters.constraintFlags
        self.level = parameters.level
    }

    /// The record for units with lengths of four bytes.
    package var record: [UInt8] {
        var record: [UInt8] = [1, self.profile, self.constraintFlags, self.level, 0xff]
        record.append(0xe0 | UInt8(self.sequenceSets.count))
        ParameterSets.append(self.sequenceSets, to: &record)
        record.append(UInt8(self.pictureSets.count))
        ParameterSets.append(self.pictureSets, to: &record)
        guard !Self.profilesWithoutChroma.contains(self.profile), let parameters = self.parameters else { return record }
        record.append(0xfc | parameters.chromaFormat)
        record.append(0xf8 | (parameters.lumaBitDepth &- 8))
        record.append(0xf8 | (parameters.chromaBitDepth &- 8))
        record.append(UInt8(self.sequenceSetExtensions.count))
        ParameterSets.append(self.sequenceSetExtensions, to: &record)
        return record
    }

    /// Of the first sequence set.
    package var parameters: H264SequenceParameters? {
        self.sequenceSets.first.flatMap { unsafe H264SequenceParameters($0.span.bytes) }
    }

    package var format: VideoFormat {
        var format = VideoFormat(codec: .h264, configuration: self.record)
        guard let parameters = self.parameters else { return format }
        format.width = parameters.width
        format.height = parameters.height
        format.color = parameters.color
        return format
    }

    /// As in HLS and RFC 6381: `avc1.64001f`.
    package var codecString: String {
        "avc1." + [self.profile, self.constraintFlags, self.level].map { CodecText.hexadecimal($0) }.joined()
    }

    // MARK: Helpers

    /// A record without its units.
    private static let headByteCountMax = 16
    /// What their counts can say.
    private static let sequenceSetCountMax = 31
    private static let pictureSetCountMax = 255
    /// Baseline, Main and Extended: 4:2:0 with eight bits always.
    private static let profilesWithoutChroma: Set<UInt8> = [66, 77, 88]

    /// Takes what is whole, and ends where something is cut off.
    private mutating func readSets(_ record: borrowing RawSpan) {
        guard let sequenceSetCount = record.byte(at: 5) else { return }
        var position = 6
        let areAllThere = ParameterSets.read(
            Int(sequenceSetCount & 0x1f), record, &position, into: &self.sequenceSets)
        guard areAllThere, let pictureSetCount = record.byte(at: position) else { return }
        position &+= 1
        guard ParameterSets.read(Int(pictureSetCount), record, &position, into: &self.pictureSets),
            !Self.profilesWithoutChroma.contains(self.profile), let extensionCount = record.byte(at: position &+ 3)
        else { return }
        position &+= 4
        // Whatever is missing at the end of the record is missing.
        _ = ParameterSets.read(Int(extensionCount), record, &position, into: &self.sequenceSetExtensions)
    }
}
