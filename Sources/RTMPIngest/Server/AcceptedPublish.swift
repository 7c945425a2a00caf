internal import Primitives

/// What belongs to one accepted publish, from its start to its end. Lives on the connection's loop.
final class AcceptedPublish {
    /// How often streams are looked at.
    static let lookTime = TimeAmount.seconds(1)

    let live: LivePublishing
    let pipeline: MediaPipeline
    let receiver: MeteredReceiver
    @exclusivity(unchecked) var nextLookAt: MonotonicTime
    @exclusivity(unchecked) var lastMediaAt: MonotonicTime
    var isStalled = false
    private var nextPingAt: MonotonicTime
    /// The first ping since the peer was heard.
    private var pingedAt: MonotonicTime?
    /// Somebody else who wants the stream, and until when a byte from our peer keeps it.
    @exclusivity(unchecked) private var challenger: (answer: LivePublishing.Challenger, until: MonotonicTime)?

    init(
        live: LivePublishing, pipeline: MediaPipeline, receiver: MeteredReceiver,
        pingTime: TimeAmount, now: MonotonicTime
    ) {
        self.live = live
        self.pipeline = pipeline
        self.receiver = receiver
        self.nextLookAt = now + Self.lookTime
        self.lastMediaAt = now
        self.nextPingAt = now + pingTime
    }

    var deadline: MonotonicTime { self.challenger.map { min($0.until, self.nextLookAt) } ?? self.nextLookAt }

    /// Any byte came from the peer.
    func heard() {
        self.pingedAt = nil
        if self.challenger != nil { self.answerChallenger(.alive) }
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
