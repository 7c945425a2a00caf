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

    package var profile = HEVCProfile()
    package var minimumSpatialSegmentation: UInt16 = 0
    package var parallelism: UInt8 = 0
    package var chromaFormat: UInt8 = 1
    package var lumaBitDepth: UInt8 = 8
    package var chromaBitDepth: UInt8 = 8
    /// Frames in 256 seconds, 0 where not told.
    package var averageFrameRate: UInt16 = 0
    package var constantFrameRate: UInt8 = 0
    package var temporalLayerCount: UInt8 = 0
    package var isTemporalIDNested = false
    /// Bytes of the lengths in the publisher's units: 1, 2, 3 or 4. `record` always says 4.
    package var lengthSize = 4
    package var arrays: [UnitArray] = []

    package var videoSets: [[UInt8]] { [] }
    package var sequenceSets: [[UInt8]] { [] }
    package var pictureSets: [[UInt8]] { [] }

    /// Nil where the first 22 bytes are not those of a record.
    package init?(_ record: borrowing RawSpan) { return nil }

    /// From the sets that came in units. Nil without a sequence set that tells profile and level.
    package init?(videoSets: [[UInt8]], sequenceSets: [[UInt8]], pictureSets: [[UInt8]]) { return nil }

    /// The record for units with lengths of four bytes.
    package var record: [UInt8] { [] }

    /// Of the first sequence set.
    package var parameters: HEVCSequenceParameters? { nil }

    package var format: VideoFormat { VideoFormat(codec: .hevc, configuration: self.record) }

    /// As in HLS and ISO/IEC 14496-15 annex E: `hvc1.1.6.L93.B0`.
    package var codecString: String { "" }
}
