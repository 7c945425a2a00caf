package import Primitives

/// What a thumbnail may cost. What would cost more is refused.
package struct ThumbnailLimits: Sendable {
    /// Pictures are made smaller, never larger, so that neither side is longer.
    package var sideMax = 640
    /// A keyframe; this many bytes are copied and held while its thumbnail waits for a thread.
    package var inputByteCountMax = 4 * 1024 * 1024
    /// Points of the picture that is decoded: 8K and a little. Its memory is three bytes a point at most, or six with
    /// more than eight bits.
    package var pixelCountMax = 40_000_000
    package var pictureSideMax = 8192
    package var outputByteCountMax = 512 * 1024
    /// libav's scale, on which 2 is best and 31 worst; some 40 KB for a picture of 640 by 360.
    package var quantizer = 4
    /// How old a picture that nobody looks at may become: what is left of a stream that ends unseen.
    package var unseenTime = TimeAmount.seconds(600)

    /// Streams whose last picture is kept; more only while more are published.
    package static let posterCountMax = 256
    /// The pool that all streams share: one thread, because thumbnails may wait and media may not.
    package static let poolThreadCount = 1
    /// Keyframes that wait for it; each is at most `inputByteCountMax`.
    package static let poolWaitingCountMax = 16

    package init() {}
}
