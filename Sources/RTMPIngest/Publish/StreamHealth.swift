/// How a stream is doing, in numbers.
package struct StreamHealth: Equatable, Sendable {
    package var videoBitsPerSecond = 0
    package var audioBitsPerSecond = 0
    package var framesPerSecond = 0.0
    /// Between the last two units at which decoding can begin; nil before there were two.
    package var keyframeIntervalSeconds: Double?
    /// How unevenly units arrive, compared with their times.
    package var jitterSeconds = 0.0
    /// How far audio is ahead of video (positive) or behind, by their times.
    package var audioOffsetSeconds: Double?
    package var droppedUnitCount = 0
    package var clampedUnitCount = 0
    package var gapCount = 0
    package var timelineCount = 1

    package init() {}
}
