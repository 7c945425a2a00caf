package import Primitives

/// The numbers that every playlist of a stream names, all of which follow from its limits and never change.
package struct PlaylistPromises: Equatable, Sendable {
    /// EXT-X-TARGETDURATION.
    package let targetDurationSeconds: Int
    /// PART-TARGET.
    package let partTarget: TimeAmount
    /// Parts are listed in the low-latency form. Those of encrypted segments are not: what a part of one is, RFC
    /// 8216bis does not say.
    package let hasParts: Bool
    /// How long segments mostly last.
    package let segmentTime: TimeAmount
    /// As long as three segments mostly last. Whole segments that do together are enough to begin with, however few: a
    /// publisher's keyframes may be so far apart that three of them take longer than a player waits.
    package let beginningTime: TimeAmount

    package init(_ limits: HLSLimits) {
        self.targetDurationSeconds = limits.targetDurationSeconds
        self.partTarget = limits.partTime
        self.hasParts = limits.keySegmentCount == nil
        self.segmentTime = limits.segmentTime
        self.beginningTime = .nanoseconds(limits.segmentTime.nanoseconds &* 3)
    }

    package var targetDuration: TimeAmount { .seconds(Int64(self.targetDurationSeconds)) }
    /// HOLD-BACK: at least three target durations (RFC 8216bis §4.4.3.8).
    package var holdBack: TimeAmount { .nanoseconds(self.targetDuration.nanoseconds &* 3) }
    /// PART-HOLD-BACK: at least two part targets; Apple asks for three.
    package var partHoldBack: TimeAmount { .nanoseconds(self.partTarget.nanoseconds &* 3) }
    /// CAN-SKIP-UNTIL: at least six target durations.
    package var skipBoundary: TimeAmount { .nanoseconds(self.targetDuration.nanoseconds &* 6) }
    /// Parts that end longer before the end of the playlist than this are not listed (§6.2.2).
    package var partListingTime: TimeAmount { self.holdBack }

    /// How long a request may be blocked before its answer is 503: three target durations (§6.2.5.2), and less than
    /// the ten seconds after which hls.js gives up.
    package var blockedTimeMax: TimeAmount { min(self.holdBack, .seconds(8)) }

    /// The Advance Part Limit of §6.2.5.2: how far ahead of the last part a request may ask for one.
    package var advancePartCountMax: Int {
        guard self.partTarget < .seconds(1) else { return 3 }
        return Int(3_000_000_000 / max(self.partTarget.nanoseconds, 1_000_000))
    }
}
