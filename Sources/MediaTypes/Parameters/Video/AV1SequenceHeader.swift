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
    package init?(_ payload: borrowing RawSpan) { return nil }
}
