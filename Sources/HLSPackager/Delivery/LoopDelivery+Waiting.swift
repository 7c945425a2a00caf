internal import HTTPServer
internal import Primitives
internal import Reactor

/// Requests that wait: how they come, and the ways in which they go.
extension LoopDelivery {
    func wait(_ waiter: WaitingRoom.Waiter, _ reason: WaitingRoom.Reason, in stream: ServedStream) {
        let place = stream.room.add(waiter, reason)
        self.count(1)
        if let holder = waiter.holder { self.holderWaiterCounts[holder, default: 0] += 1 }
        // Holds everything for no longer than the request is there.
        waiter.responder.whenCancelled {
            guard stream.room.remove(place) else { return }
            self.have(left: CollectionOfOne(waiter))
            self.metrics.ended(.cancelled, 1, loop: self.loop.index)
        }
        self.scheduleSweep()
    }

    /// All who wait for this, out of the room.
    func leave(_ reason: WaitingRoom.Reason, in stream: ServedStream) -> [WaitingRoom.Waiter] {
        let waiters = stream.room.take(reason)
        self.have(left: waiters)
        return waiters
    }

    /// Whether one more of theirs may wait.
    func hasRoom(for holder: Int64?) -> Bool {
        holder.map { self.holderWaiterCounts[$0] ?? 0 < self.limits.holderWaiterCountMax } ?? true
    }

    private func have(left waiters: some Collection<WaitingRoom.Waiter>) {
        self.count(-waiters.count)
        for case let holder? in waiters.lazy.map(\.holder) {
            let rest = (self.holderWaiterCounts[holder] ?? 1) - 1
            self.holderWaiterCounts[holder] = rest > 0 ? rest : nil
        }
    }

    private func count(_ change: Int) {
        self.waiterCount += change
        self.metrics.waiting(change, loop: self.loop.index)
    }

    /// Those in this bucket are answered if what they wait for is there now, or will never be.
    func release(_ reason: WaitingRoom.Reason, in stream: ServedStream) {
        switch reason {
        case .playlist(let id, let wait):
            guard let playlist = stream.playlist(of: id, .lowLatency) else { return }
            let hasEnded = playlist.hasEnded
            guard wait.isOver(at: PlaylistEdge(playlist.snapshot), hasEnded: hasEnded) else { return }
            self.answer(self.leave(reason, in: stream)) { waiter, _ in
                stream.answer(
                    with: playlist, isDelta: waiter.wantsDelta && !hasEnded, asksForGzip: waiter.asksForGzip,
                    hasWaited: !hasEnded)
            }
        case .part(let id, let position):
            switch stream.find(.part(id, sequence: position.sequence, part: position.part)) {
            case .comesNext: return
            case .answer(let response): self.answer(self.leave(reason, in: stream)) { _, _ in response }
            case .gone, .nothing: self.refuse(self.leave(reason, in: stream), .partAbandoned, .abandoned)
            }
        case .beginning(let name): self.release(beginning: name, in: stream)
        case .beginningWithoutParts(let id):
            guard !stream.isForPartsOnly(id) else { return }
            self.answerAnyway(self.leave(reason, in: stream), id, .lowLatency, in: stream)
        }
    }

    private func release(beginning name: MediaName, in stream: ServedStream) {
        switch name {
        case .multivariant(let form) where stream.mayHave(form):
            guard stream.multivariantAnswer(form, .unlimited, asksForGzip: false) != nil else { return }
            self.answer(self.leave(.beginning(name), in: stream)) { waiter, quality in
                stream.multivariantAnswer(form, quality, asksForGzip: waiter.asksForGzip)
            }
        case .playlist(let id, let form) where stream.mayHave(form, in: id):
            guard let playlist = stream.playlist(of: id, form), playlist.isReady else { return }
            self.answer(self.leave(.beginning(name), in: stream)) { waiter, _ in
                stream.answer(with: playlist, isDelta: false, asksForGzip: waiter.asksForGzip, hasWaited: false)
            }
        default: self.refuse(self.leave(.beginning(name), in: stream), .notFound, .abandoned)
        }
    }

    /// With what the playlist lists by now, if that is anything.
    private func answerAnyway(
        _ waiters: [WaitingRoom.Waiter], _ id: RenditionID, _ form: PlaylistForm, in stream: ServedStream
    ) {
        guard let playlist = stream.playlist(of: id, form), playlist.listedCount > 0 else {
            return self.refuse(waiters, .notReady, .timedOut)
        }
        self.answer(waiters) { waiter, _ in
            stream.answer(with: playlist, isDelta: false, asksForGzip: waiter.asksForGzip, hasWaited: false)
        }
    }

    /// Each shows its pass again: it may have been taken back while it waited.
    ///
    /// - Parameter response: The same for all who ask alike, with gzip or without, for a delta or not, if they may have
    ///   everything: it is made once.
    private func answer(
        _ waiters: [WaitingRoom.Waiter], with response: (WaitingRoom.Waiter, PlaybackQuality) -> HTTPResponse?
    ) {
        var refusedCount = 0
        var made: [HTTPResponse?] = [nil, nil, nil, nil]
        for waiter in waiters {
            switch self.admitAgain(waiter) {
            case .admitted(_, let quality) where quality.heightMax != nil:
                waiter.responder.respond(response(waiter, quality) ?? HTTPProblem.notReady.laterMediaResponse)
            case .admitted(_, let quality):
                let kind = (waiter.asksForGzip ? 1 : 0) + (waiter.wantsDelta ? 2 : 0)
                let known = made[kind] ?? response(waiter, quality) ?? HTTPProblem.notReady.laterMediaResponse
                made[kind] = known
                waiter.responder.respond(known)
            case .refused(let problem):
                refusedCount += 1
                waiter.responder.respond(problem.laterMediaResponse)
            }
        }
        self.metrics.ended(.answered, waiters.count - refusedCount, loop: self.loop.index)
        self.metrics.ended(.refused, refusedCount, loop: self.loop.index)
    }

    private func admitAgain(_ waiter: WaitingRoom.Waiter) -> PlaybackAdmission {
        self.gate.admit(waiter.pass[...], for: .again, from: nil, on: self.loop)
    }

    // MARK: - Passes that were taken back

    /// Some passes of these holders may open nothing any more: whoever waits with one of those is told, in a moment, so
    /// that many that are taken back at once are looked for once. Nobody is looked for who does not wait here.
    func review(_ holders: [Int64]) {
        self.loop.assertIsOnLoop()
        for holder in holders where self.holderWaiterCounts[holder] != nil { self.reviewedHolders.insert(holder) }
        guard !self.reviewedHolders.isEmpty, !self.isReviewScheduled else { return }
        self.isReviewScheduled = true
        _ = self.loop.schedule(at: self.loop.now + self.limits.reviewTime) { [weak self] in self?.reviewNow() }
    }

    private func reviewNow() {
        self.isReviewScheduled = false
        let holders = self.reviewedHolders
        self.reviewedHolders = []
        for stream in self.streams.values {
            var problems: [HTTPProblem] = []
            let waiters = stream.room.takeThose { waiter in
                guard let holder = waiter.holder, holders.contains(holder) else { return false }
                guard case .refused(let problem) = self.admitAgain(waiter) else { return false }
                problems.append(problem)
                return true
            }
            self.have(left: waiters)
            self.metrics.ended(.refused, waiters.count, loop: self.loop.index)
            for (waiter, problem) in zip(waiters, problems) { waiter.responder.respond(problem.laterMediaResponse) }
        }
    }

    /// Those who were taken out of a room one by one.
    func sendAway(_ waiters: [WaitingRoom.Waiter], _ problem: HTTPProblem, _ outcome: HLSMetrics.WaitOutcome) {
        self.count(-waiters.count)
        self.refuse(waiters, problem, outcome)
    }

    func refuse(_ waiters: [WaitingRoom.Waiter], _ problem: HTTPProblem, _ outcome: HLSMetrics.WaitOutcome) {
        guard !waiters.isEmpty else { return }
        self.metrics.ended(outcome, waiters.count, loop: self.loop.index)
        let response = problem.laterMediaResponse
        for waiter in waiters { waiter.responder.respond(response) }
    }

    // MARK: - Those who have waited too long

    private func scheduleSweep() {
        guard !self.isSweepScheduled else { return }
        self.isSweepScheduled = true
        _ = self.loop.schedule(at: self.loop.now + self.limits.sweepTime) { [weak self] in self?.sweep() }
    }

    private func sweep() {
        self.isSweepScheduled = false
        let moment = self.loop.now + .nanoseconds(-self.waitTimeMax.nanoseconds)
        for stream in self.streams.values {
            let late = stream.room.takeThose(before: moment)
            self.have(left: late.map { $0.waiter })
            for (reason, waiter) in late {
                switch reason {
                case .playlist, .part: self.refuse([waiter], .blockedTooLong, .timedOut)
                // Most players can play fewer segments than they would have liked.
                case .beginning(.playlist(let id, let form)): self.answerAnyway([waiter], id, form, in: stream)
                case .beginningWithoutParts(let id): self.answerAnyway([waiter], id, .lowLatency, in: stream)
                case .beginning: self.refuse([waiter], .notReady, .timedOut)
                }
            }
        }
        if self.waiterCount > 0 { self.scheduleSweep() }
    }
}
