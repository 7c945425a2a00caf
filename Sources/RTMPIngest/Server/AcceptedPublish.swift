internal import Primitives

/// What belongs to one accepted publish, from its start to its end. Lives on the connection's loop.
final class AcceptedPublish {
    /// How often streams are looked at.
    static let lookTime = TimeAmount.seconds(1)

    let live: LivePublishing
    let grant: PublishGrant
    let pipeline: MediaPipeline
    let receiver: MeteredReceiver
    @exclusivity(unchecked) var nextLookAt: MonotonicTime
    @exclusivity(unchecked) var lastMediaAt: MonotonicTime
    @exclusivity(unchecked) private var lead: MediaLead
    /// Until when nothing is taken, because the media is too far ahead.
    @exclusivity(unchecked) private var pauseEnd: MonotonicTime?
    /// Until when it is to be expected that more waits in the kernel.
    @exclusivity(unchecked) private var backlogEnd: MonotonicTime
    var isStalled = false
    private var nextPingAt: MonotonicTime
    /// The first ping since the peer was heard.
    private var pingedAt: MonotonicTime?
    /// Somebody else who wants the stream, and until when a byte from our peer keeps it.
    @exclusivity(unchecked) private var challenger: (answer: LivePublishing.Challenger, until: MonotonicTime)?

    init(
        live: LivePublishing, grant: PublishGrant, pipeline: MediaPipeline, receiver: MeteredReceiver,
        limits: RTMPLimits, now: MonotonicTime
    ) {
        self.live = live
        self.grant = grant
        self.pipeline = pipeline
        self.receiver = receiver
        self.nextLookAt = now + Self.lookTime
        self.lastMediaAt = now
        self.lead = MediaLead(leadTimeMax: limits.mediaLeadTimeMax, lagTimeMax: limits.mediaLagTimeMax, now: now)
        self.backlogEnd = now
        self.nextPingAt = now + limits.pingTime
    }

    var deadline: MonotonicTime {
        var deadline = self.nextLookAt
        if let challenger = self.challenger { deadline = min(deadline, challenger.until) }
        if let pauseEnd = self.pauseEnd { deadline = min(deadline, pauseEnd) }
        return deadline
    }

    /// Any byte came from the peer.
    func heard() {
        self.pingedAt = nil
        if self.challenger != nil { self.answerChallenger(.alive) }
    }

    // MARK: Holding back

    /// Nothing is to be taken from the publisher.
    var isPaused: Bool { self.pauseEnd != nil }

    /// Held back now or just now: what was heard last was sent some time ago, and more may wait behind it.
    func isBehind(now: MonotonicTime) -> Bool { self.isPaused || now < self.backlogEnd }

    /// True when a pause begins, because what has come is too far ahead.
    func pauseIfAhead(now: MonotonicTime) -> Bool {
        guard let end = self.lead.advance(to: self.pipeline.mediaTime, now: now) else { return false }
        self.pauseEnd = end
        self.backlogEnd = end + Self.lookTime
        // It was heard, and an answer to a ping is not heard before what waits.
        self.pingedAt = nil
        return true
    }

    /// True when a pause has ended by now.
    func endPause(now: MonotonicTime) -> Bool {
        guard let end = self.pauseEnd, end <= now else { return false }
        self.pauseEnd = nil
        // It was we who did not listen.
        self.lastMediaAt = now
        return true
    }

    // MARK: Pings

    /// True when it is time for the next ping.
    func takePing(every pingTime: TimeAmount, now: MonotonicTime) -> Bool {
        guard now >= self.nextPingAt else { return false }
        self.nextPingAt = now + pingTime
        if self.pingedAt == nil { self.pingedAt = now }
        return true
    }

    /// Nothing came since a ping that long ago.
    func isSilent(for silenceTime: TimeAmount, now: MonotonicTime) -> Bool {
        self.pingedAt.map { now - $0 >= silenceTime } ?? false
    }

    // MARK: Takeover

    /// False when there is a challenger already.
    func accept(_ challenger: @escaping LivePublishing.Challenger, until end: MonotonicTime) -> Bool {
        guard self.challenger == nil else { return false }
        self.challenger = (challenger, end)
        return true
    }

    func hasMissedChallenge(now: MonotonicTime) -> Bool { self.challenger.map { $0.until <= now } ?? false }

    func answerChallenger(_ answer: LivePublishing.Answer) {
        let challenger = self.challenger
        self.challenger = nil
        challenger?.answer(answer)
    }
}
