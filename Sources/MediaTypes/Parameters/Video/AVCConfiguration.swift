/// An H.264 decoder configuration record, avcC (ISO/IEC 14496-15 §5.3.3).
///
/// A record may hold no parameter set at all, when they come in the units. Sets that are cut off, or beyond
/// `ParameterLimits`, are left out.
package struct AVCConfiguration: Equatable, Sendable {
    package var profile: UInt8
    package var constraintFlags: UInt8
    package var level: UInt8
    /// Bytes of the lengths in the publisher's units: 1, 2, 3 or 4. `record` always says 4.
    package var lengthSize = 4
    /// NAL units, their first byte included.
    package var sequenceSets: [[UInt8]]
    package var pictureSets: [[UInt8]]
    package var sequenceSetExtensions: [[UInt8]] = []

    /// Nil where the first five bytes are not those of a record.
    package init?(_ record: borrowing RawSpan) { return nil }

    /// From the sets that came in units. Nil without a sequence set that tells profile and level.
    package init?(sequenceSets: [[UInt8]], pictureSets: [[UInt8]]) { return nil }

    /// The record for units with lengths of four bytes.
    package var record: [UInt8] { [] }

    /// Of the first sequence set.
    package var parameters: H264SequenceParameters? { nil }

    package var format: VideoFormat { VideoFormat(codec: .h264, configuration: self.record) }

    /// As in HLS and RFC 6381: `avc1.64001f`.
    package var codecString: String { "" }
}
