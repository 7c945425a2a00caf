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
    package init?(_ unit: borrowing RawSpan) { return nil }
}
