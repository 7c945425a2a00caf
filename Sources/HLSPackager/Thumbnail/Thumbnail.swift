package import Primitives

/// A small picture of what a stream shows, as a JPEG file. Never changes.
package struct Thumbnail: Sendable {
    package let jpeg: SharedBytes
    package let width: Int
    package let height: Int
    /// When its keyframe came.
    package let capturedAt: WallClock
    /// Rises by one with every picture of its `Thumbnailer`.
    package let number: Int
}
