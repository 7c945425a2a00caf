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
    package init?(_ unit: borrowing RawSpan) { return nil }
}
