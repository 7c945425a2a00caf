package import Primitives

/// What a stream promises its players for as long as it lives, and every bound on what it may hold.
package struct HLSLimits: Sendable {
    // Promises: they are in every playlist, and must not change under a player.
    /// No part is longer.
    package var partTime = TimeAmount.milliseconds(500)
    /// Segments end at the first picture after this at which decoding can begin.
    package var segmentTime = TimeAmount.milliseconds(2000)
    /// No segment is longer: one that meets no such picture ends here all the same.
    package var segmentTimeMax = TimeAmount.milliseconds(6000)
    /// Segments that a live playlist lists.
    package var windowSegmentCount = 12

    // Bounds.
    /// A segment's memory; what would be larger is cut before.
    package var segmentByteCountMax = 64 * 1024 * 1024
    /// All segments of a stream together, listed or kept for those who still read them.
    package var streamByteCountMax = 512 * 1024 * 1024
    package var renditionCountMax = 8

    package init() {}
}
