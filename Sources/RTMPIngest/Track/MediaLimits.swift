package import Primitives

/// What the media of one publishing may make the server hold or do. What is beyond is dropped and counted; the
/// publishing goes on.
package struct MediaLimits: Sendable {
    package var videoTrackCountMax = 8
    package var audioTrackCountMax = 8
    /// NAL units in one picture: more than real slices, fewer than what costs time.
    package var unitPartCountMax = 4096
    /// Parameter sets of one kind, as many as there are numbers for H.264's sequence sets.
    package var parameterSetCountMax = 32
    /// A sequence start that is longer than this is none.
    package var configurationByteCountMax = 64 * 1024
    /// How often a track's format may change in a row, and how long until once more. Each change is a discontinuity
    /// for every viewer.
    package var formatChangeCountMax = 8
    package var formatChangeTime = TimeAmount.seconds(2)
    /// Frames in one audio message of a codec that is split.
    package var framesPerMessageMax = 64
    /// How far the units of one message may move a stream on. A message is taken as a whole, so this is what comes at
    /// once at most; real aggregates hold less than a second.
    package var mediaTimePerMessageMax = TimeAmount.seconds(10)
    /// After so many pictures without an IDR picture, ten seconds or more, decoding is let begin at less: at a recovery
    /// point or what the publisher calls a keyframe.
    package var picturesWithoutRefreshMax = 600
    /// Memory for rewritten units that is kept from one to the next.
    package var scratchByteCountMax = 1024 * 1024

    package init() {}
}
