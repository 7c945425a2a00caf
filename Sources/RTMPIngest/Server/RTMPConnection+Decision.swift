internal import MediaTypes
internal import Observability
internal import Primitives
internal import Reactor

/// From the wish to publish to the answer.
extension RTMPConnection {
    /// Asks the authorizer, without waiting for it; nothing is read until it has answered.
    func decide(_ address: PublishAddress) {
        // A session that lets a second publish follow without an end has ended the first.
        self.endPublishing("finished", .finished)
        self.connection.pauseReading()
        self.decisionNumber &+= 1
        let (number, now, peer) = (self.decisionNumber, self.loop.now, self.connection.peer)
        self.stage = .deciding(number: number, until: now + self.limits.decisionTime)
        if self.service.isDraining {
            self.refuse(.stopping)
        } else if self.service.shared.wrongKeys.isRefused(peer.host, now: now) {
            self.refuseLater(.tooManyWrongKeys)
        } else if self.service.runningDecisionCount >= self.limits.decisionCountMax {
            self.refuse(.undecided)
        } else {
            let service = self.service
            service.runningDecisionCount += 1
            // The one place where a publish becomes a task. It stays on this loop, so coming back is no hop.
            self.decisionTask = Task(executorPreference: service.loop) {
                let decision = await service.shared.authorizer.authorize(address, from: peer)
                service.loop.executeOnLoop {
                    service.runningDecisionCount -= 1
                    self.decided(number, decision)
                }
            }
        }
    }

    private func decided(_ number: Int, _ decision: PublishDecision) {
        guard case .deciding(number, _) = self.stage else { return }
        self.decisionTask = nil
        switch decision {
        case .accepted(let grant):
            self.claim(grant, number, mayChallenge: true)
        case .refused(let refusal):
            if refusal.code == .badName {
                self.service.shared.wrongKeys.note(self.connection.peer.host, now: self.loop.now)
            }
            self.refuseLater(refusal)
        }
    }

    /// Takes the stream, or asks whoever has it for a sign of life. Asked is once: whoever takes the stream between
    /// that and our second attempt was quicker, and lives.
    private func claim(_ grant: PublishGrant, _ number: Int, mayChallenge: Bool) {
        let loop = self.loop
        let live = LivePublishing(
            stream: grant.stream, peer: self.connection.peer, startedAt: loop.now,
            challenge: { [weak self] live, answer in
                guard let self else { return answer(.gone) }
                loop.execute { self.challenged(live, answer) }
            })
        guard let occupant = self.service.shared.registry.claim(live) else {
            self.accept(grant, live)
            return
        }
        guard mayChallenge else {
            self.refuse(.inUse, of: grant.stream)
            return
        }
        self.stage = .challenging(number: number, until: loop.now + self.limits.decisionTime)
        self.connection.updateTimer()
        occupant.challenge(occupant) { answer in
            loop.execute { self.challengeAnswered(answer, grant, number) }
        }
    }

    private func challengeAnswered(_ answer: LivePublishing.Answer, _ grant: PublishGrant, _ number: Int) {
        guard case .challenging(number, _) = self.stage else { return }
        switch answer {
        case .alive: self.refuse(.inUse, of: grant.stream)
        case .gone: self.claim(grant, number, mayChallenge: false)
        }
    }

    // MARK: Refusing

    /// Refuses when the delay for wrong keys is over.
    private func refuseLater(_ refusal: PublishRefusal) {
        self.stage = .refusing(refusal, at: self.loop.now + self.limits.refusalDelayTime)
        self.connection.updateTimer()
    }

    /// Refuses now. A stream that is known hears of it.
    func refuse(_ refusal: PublishRefusal, of stream: String? = nil) {
        self.decisionTask?.cancel()
        self.decisionTask = nil
        self.service.metrics.publish(refusal.label, loop: self.loop.index)
        self.service.shared.observer.observe(
            PublishEvent(stream: stream, peer: self.connection.peer, what: .refused(refusal)))
        self.session.refusePublish(refusal)
        self.end(because: refusal.label)
        self.connection.updateTimer()
    }
}
