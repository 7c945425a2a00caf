internal import MediaTypes
internal import Observability
internal import Primitives
internal import Reactor
internal import Synchronization

/// From the accepted publish to its end.
extension RTMPConnection {
    func accept(_ grant: PublishGrant, _ live: LivePublishing) {
        let now = self.loop.now
        let shared = self.service.shared
        let receiver = MeteredReceiver(
            shared.destination.receiver(for: grant.stream, on: self.loop), grant: grant, now: now)
        let pipeline = MediaPipeline(
            receiver: receiver, limits: self.limits, now: now, bitsPerSecondMax: grant.bitsPerSecondMax,
            framesPerSecondMax: grant.framesPerSecondMax)
        self.publishing = AcceptedPublish(
            live: live, grant: grant, pipeline: pipeline, receiver: receiver, limits: self.limits, now: now)
        self.hasPublished = true
        // It could not be heard while it waited for the decision.
        self.lastReceivedAt = now
        self.stage = .publishing
        self.session.acceptPublish()
        // Before media that is held back could keep it.
        self.takeOutput()
        self.connection.gatherReads(every: self.limits.gatherTime)
        shared.metrics.publish("accepted", loop: self.loop.index)
        self.observe(.started)
        self.goOn()
    }

    func receiveMedia(
        _ header: MessageHeader, _ payload: MessagePayload, of input: borrowing RawSpan, now: MonotonicTime
    ) {
        guard let publishing = self.publishing else { return }
        switch header.type {
        case .audio, .video, .aggregate:
            publishing.lastMediaAt = now
            if publishing.isStalled { self.setStalled(false) }
        default: break
        }
        publishing.receiver.now = now
        let hasSeenExtended = self.session.hasSeenExtendedTimestamp
        switch payload {
        case .input(let range):
            publishing.pipeline.receive(
                header, payload: input.extracting(range), hasSeenExtendedTimestamp: hasSeenExtended, now: now)
        case .assembled(let bytes):
            publishing.pipeline.receive(
                header, payload: bytes.span.bytes, hasSeenExtendedTimestamp: hasSeenExtended, now: now)
            self.session.recycle(bytes)
        }
        self.enforce(publishing.receiver.verdict)
        self.holdBackIfAhead(now: now)
    }

    /// Ends a publisher that sends more than it was granted.
    private func enforce(_ verdict: RateCap.Verdict) {
        let refusal: PublishRefusal
        switch verdict {
        case .within: return
        case .exceededBits: refusal = .bitRateExceeded
        case .exceededFrames: refusal = .frameRateExceeded
        }
        self.session.endPublish(refusal)
        self.fail(RTMPError(refusal.label, refusal.description))
    }

    /// Ends the publish, if there is one; the connection stays.
    func endPublishing(_ reason: StaticString, _ end: MediaEnd) {
        guard let publishing = self.publishing else { return }
        self.publishing = nil
        self.stage = .idle(until: self.loop.now + self.limits.idleTime)
        self.count(publishing)
        publishing.pipeline.end(end)
        self.service.shared.registry.release(publishing.live)
        self.service.metrics.publishEnded(reason, loop: self.loop.index)
        self.observe(.stopped(reason), publishing)
        // Last of all: whoever waits for the stream finds it free.
        publishing.answerChallenger(.gone)
    }

    private func observe(_ what: PublishEvent.What, _ ended: AcceptedPublish? = nil) {
        guard let publishing = ended ?? self.publishing else { return }
        self.service.shared.observer.observe(
            PublishEvent(stream: publishing.live.stream, peer: self.connection.peer, what: what))
    }

    // MARK: Once a second

    func publishingDeadlineReached() {
        guard let publishing = self.publishing else { return }
        let now = self.loop.now
        self.listen()
        if publishing.hasMissedChallenge(now: now) {
            self.challengeMissed(publishing, now: now)
        } else if publishing.nextLookAt <= now {
            publishing.nextLookAt = now + AcceptedPublish.lookTime
            self.look(at: publishing, now: now)
        }
        if self.isPublishing, publishing.endPause(now: now) { self.goOn() }
        self.takeAnswers()
    }

    private func look(at publishing: AcceptedPublish, now: MonotonicTime) {
        if self.endIfRevoked(publishing) { return }
        for advice in publishing.pipeline.advice(now: now) {
            self.service.metrics.advised(advice.label, loop: self.loop.index)
            self.observe(.advice(advice))
        }
        let health = publishing.pipeline.health(now: now)
        publishing.live.health.withLock { $0 = health }
        self.count(publishing)
        if !publishing.isStalled, !publishing.isPaused, now - publishing.lastMediaAt >= self.limits.stallTime {
            self.setStalled(true)
        }
        if self.isQuiet(now: now) { return }
        if !publishing.isBehind(now: now), publishing.isSilent(for: self.limits.silenceTime, now: now) {
            self.fail(RTMPError("silent", "not a byte came from it since it was pinged: its network is gone"))
        } else if publishing.takePing(every: self.limits.pingTime, now: now) {
            self.session.ping(now: now)
        }
    }

    /// Ends a publisher that may not go on, as one whose key was taken back; true when it was.
    private func endIfRevoked(_ publishing: AcceptedPublish) -> Bool {
        guard let refusal = self.service.shared.authorizer.revocation(of: publishing.grant) else { return false }
        self.session.endPublish(refusal)
        self.end(because: refusal.label)
        return true
    }

    private func setStalled(_ isStalled: Bool) {
        self.publishing?.isStalled = isStalled
        self.observe(isStalled ? .stalled : .resumed)
    }

    private func count(_ publishing: AcceptedPublish) {
        let (video, audio) = publishing.receiver.takeCounts()
        self.service.metrics.received(.video, video, loop: self.loop.index)
        self.service.metrics.received(.audio, audio, loop: self.loop.index)
        for (reason, count) in publishing.pipeline.takeDrops() {
            self.service.metrics.dropped(reason, count, loop: self.loop.index)
        }
        self.reportTransfer()
    }

    // MARK: Takeover

    /// Somebody with the same key wants the stream. A publisher that was silent gives way; one that was not is pinged
    /// and given a moment, because its network may have died just now. So is one that is held back, however long ago a
    /// byte of it arrived: there may have been no room for one.
    func challenged(_ live: LivePublishing, _ answer: @escaping LivePublishing.Challenger) {
        guard let publishing = self.publishing, publishing.live === live, !self.endIfRevoked(publishing) else {
            return answer(.gone)
        }
        let now = self.loop.now
        self.listen()
        guard publishing.accept(answer, until: now + self.limits.takeoverWaitTime) else { return answer(.alive) }
        if !publishing.isBehind(now: now), now - self.lastReceivedAt >= self.limits.takeoverSilenceTime {
            self.giveWay()
            return
        }
        self.session.ping(now: now)
        self.takeOutput()
        self.connection.updateTimer()
    }

    /// No byte came. Of a publisher that is held back none can come before its turn, but that its system has taken the
    /// ping shows that it is there; where a program has gone, the system would have answered with a reset.
    private func challengeMissed(_ publishing: AcceptedPublish, now: MonotonicTime) {
        if publishing.isBehind(now: now), self.connection.isOutputAcknowledged {
            publishing.answerChallenger(.alive)
        } else {
            self.giveWay()
        }
    }

    private func giveWay() {
        self.session.endPublish(.replaced)
        self.end(because: "replaced")
    }

    // MARK: Draining

    /// A publisher that can is asked to connect again, where another Podo may be by now; whoever does not publish has
    /// nothing to lose.
    func beginDrain() {
        switch self.stage {
        case .publishing:
            if self.session.requestReconnect() { self.takeOutput() }
        case .deciding, .challenging, .refusing:
            self.refuse(.stopping)
        case .idle:
            self.end(because: "server-stopping")
        case .ended: break
        }
    }

    /// The time is over: says so to the publisher, and closes.
    func endDrain() {
        if self.isPublishing { self.session.endPublish(.stopping) }
        self.end(because: "server-stopping")
    }
}
