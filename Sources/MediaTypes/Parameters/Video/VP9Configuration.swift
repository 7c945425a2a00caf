/// A VP9 codec configuration record, vpcC (VP codec ISO media file format binding).
///
/// Read with and without the version and flags of the box that it fills; `record` has them, since they are part of what
/// the box holds.
package struct VP9Configuration: Equatable, Sendable {
    package var profile: UInt8
    /// Ten times the level's number.
    package var level: UInt8
    package var bitDepth: UInt8
    package var chromaSubsampling: UInt8 = 1
    package var isFullRange = false
    package var primaries: UInt8 = 2
    package var transfer: UInt8 = 2
    package var matrix: UInt8 = 2

    /// Nil where it is not a record of version 1.
    package init?(_ record: borrowing RawSpan) { return nil }

    package var record: [UInt8] { [] }

    /// Without a size: VP9 has it in its frames only.
    package var format: VideoFormat { VideoFormat(codec: .vp9, configuration: self.record) }

    /// As in HLS: `vp09.00.41.08`.
    package var codecString: String { "" }
}
