package import Primitives

/// What a stream promises its players for as long as it lives, and every bound on what it may hold.
package struct HLSLimits: Sendable {
    // Promises: they are in every playlist, and must not change under a player.
    /// No part is longer.
    package var partTime = TimeAmount.milliseconds(500)
    /// Segments end at the first picture after this at which decoding can begin.
    package var segmentTime: TimeAmount
    /// No segment is longer: one that meets no such picture ends here all the same.
    package var segmentTimeMax: TimeAmount
    /// Segments that a live playlist lists. It lists more, up to four times as many, while these would be shorter than
    /// three target durations.
    package var windowSegmentCount = 12
    /// Segments are encrypted (AES-128), and a key is for this many; nil: they are clear. Encrypted segments are listed
    /// whole, not in parts.
    package var keySegmentCount: Int?

    /// Segments are also made as MPEG-TS, for players that know nothing of fragmented MP4, where it carries the codecs.
    package var hasTransportStream = true

    // Bounds.
    /// A segment's memory; what would be larger is cut before.
    package var segmentByteCountMax = 64 * 1024 * 1024
    /// All segments of a stream together, listed or kept for those who still read them. The oldest go first, whatever
    /// was promised for them.
    package var streamByteCountMax = 512 * 1024 * 1024
    package var renditionCountMax = 8

    // Waits. The first two are in time of the media.
    /// A stream begins when it has sound and picture and what it had before, or when this has passed since its first
    /// unit.
    package var trackWaitTime = TimeAmount.milliseconds(1000)
    /// Sound and picture of one part wait for each other as long as this; a track that stays away longer is not waited
    /// for until it has caught up.
    package var interleaveTimeMax = TimeAmount.milliseconds(250)
    /// Units that wait for their part, in bytes; beyond, they go on without the others.
    package var heldByteCountMax = 16 * 1024 * 1024
    /// A stream without a publisher ends after this, if the publisher was lost; it may come back. So does a rendition
    /// that a publisher no longer sends.
    package var interruptedGraceTime = TimeAmount.seconds(60)
    /// The same when the publisher said that this was all.
    package var finishedGraceTime = TimeAmount.seconds(10)
    /// A stream whose publisher is awaited beyond that is looked at so often.
    package var awaitedLookTime = TimeAmount.seconds(5)

    /// No segment is to be longer than twice the segment time; or a little more, which the target duration hides. So
    /// it is a publisher's key pictures that end segments if they come every four seconds, or every 250 pictures of 60
    /// a second.
    package init(segmentTime: TimeAmount = .milliseconds(2000)) {
        self.segmentTime = segmentTime
        self.segmentTimeMax = .nanoseconds(segmentTime.nanoseconds &* 2 &+ 490_000_000)
    }

    /// What every playlist of the stream names: no segment is longer when rounded to seconds (RFC 8216bis §4.4.3.1).
    package var targetDurationSeconds: Int {
        Int(max((self.segmentTimeMax.nanoseconds &+ 500_000_000) / 1_000_000_000, 1))
    }
}
