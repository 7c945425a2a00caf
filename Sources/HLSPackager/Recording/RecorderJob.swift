internal import Observability
internal import Primitives

/// Writes what comes out of one stream's queue, as one show after another. Touched by one job of the pool at a time;
/// what the disk refuses is told in the log once, and once more when the disk works again.
final class RecorderJob: @unchecked Sendable {
    // SAFETY: `StreamRecorder` runs one job at a time, and its lock is between one job and the next.
    let stream: String
    private let context: RecordingContext
    private var writer: ShowWriter?
    private var number = 0
    private var retryAt = MonotonicTime(nanoseconds: .min)
    private var retryTime: TimeAmount
    private var failure: RecordingFailure?
    private var lostCount = 0
    /// What discontinuities of the stream are counted from, more than it counts itself: where the show that is written
    /// goes on, a new timeline begins, whatever the stream says of it.
    private var discontinuityShift = 0
    /// The show that takes nothing more, although it could be the present one.
    private var fullNumber: Int?

    init(stream: String, context: RecordingContext) {
        self.stream = stream
        self.context = context
        self.retryTime = context.limits.retryTimeMin
    }

    /// Goes on with a show of an earlier process.
    func resume(_ stored: StoredShow, number: Int) {
        let writer = ShowWriter(stored, disk: self.context.disk, limits: self.context.limits)
        writer.cutLeftovers()
        self.writer = writer
        self.number = number
    }

    var hasShow: Bool { self.writer != nil }

    /// - Parameter since: When the stream's show began, if it goes on: its recording does, if there is one.
    func record(_ items: [RecordingItem], isEnd: Bool, since: WallClock?, now: MonotonicTime) {
        if !items.isEmpty { self.write(items, since, now) }
        if isEnd { self.finish() }
    }

    // MARK: - Segments

    private func write(_ items: [RecordingItem], _ since: WallClock?, _ now: MonotonicTime) {
        // Playlists of a show must not change what they promise: with other settings it is another show.
        if let writer, writer.show.index.targetDurationSeconds != self.context.targetDurationSeconds { self.finish() }
        guard now >= self.retryAt else { return self.lose(items) }
        let byteCount = items.reduce(0) { $0 + $1.byteCount }
        guard self.context.makeRoom(byteCount) else { return self.lose(items, .quota, now) }
        if self.writer == nil {
            do throws(RecordingFailure) {
                try self.begin(with: items[0], since)
            } catch {
                return self.lose(items, error, now)
            }
        }
        guard let writer = self.writer else { return }
        let counts = self.context.counts
        let before = writer.byteCount
        let shifted = self.discontinuityShift == 0 ? items : items.map { $0.shifted(self.discontinuityShift) }
        let (recordedCount, failure) = writer.write(shifted) { counts.synced(in: $0) }
        counts.recorded(byteCount: max(writer.byteCount - before, 0), segmentCount: recordedCount)
        let lostCount = items.count - recordedCount
        counts.lost(lostCount)
        self.lostCount += lostCount
        self.context.note(writer, self.number)
        writer.show.renderWanted(
            since: now + .nanoseconds(-self.context.limits.wantedTime.nanoseconds))
        if let failure { self.fail(failure, now) } else { self.recover() }
        switch failure {
        case .journalFull, .contradiction:
            self.fullNumber = self.number
            self.finish()
        case .disk, .quota, nil: self.finishIfHopeless()
        }
    }

    private func begin(with first: RecordingItem, _ since: WallClock?) throws(RecordingFailure) {
        if let since, self.goOn(with: first, since) { return }
        let (stored, number) = try self.context.begin(self.stream)
        self.discontinuityShift = 0
        self.writer = ShowWriter(stored, disk: self.context.disk, limits: self.context.limits)
        self.number = number
        self.log("recording started")
    }

    private func log(_ event: StaticString) {
        self.context.log.info(event, ["stream": .text(self.stream), "show": .number(self.number)])
    }

    /// Goes on with what was recorded of the show before: somebody ended it and opened it again, or Podo was away.
    private func goOn(with first: RecordingItem, _ since: WallClock) -> Bool {
        guard let (stored, number) = self.context.reopen(self.stream, since: since, except: self.fullNumber) else {
            return false
        }
        self.resume(stored, number: number)
        let last = stored.show.index.state.discontinuityCount
        self.discontinuityShift = max(last + 1 - first.segment.discontinuity, 0)
        self.log("recording reopened")
        return true
    }

    private func lose(_ items: [RecordingItem]) {
        // A show that has not begun has no gaps.
        self.writer?.lose(items)
        self.lostCount += items.count
        self.context.counts.lost(items.count)
        self.finishIfHopeless()
    }

    private func lose(_ items: [RecordingItem], _ failure: RecordingFailure, _ now: MonotonicTime) {
        self.fail(failure, now)
        self.lose(items)
    }

    // MARK: - Failures

    private func fail(_ failure: RecordingFailure, _ now: MonotonicTime) {
        self.context.counts.failed(failure.reason)
        self.retryAt = now + self.retryTime
        self.retryTime = min(
            .nanoseconds(self.retryTime.nanoseconds &* 2), self.context.limits.retryTimeMax)
        defer { self.failure = failure }
        guard self.failure?.reason.description != failure.reason.description else { return }
        self.context.log.error(
            "recording stopped",
            [
                "stream": .text(self.stream), "show": .number(self.number), "reason": .text(failure.reason.description),
                "error": .text(failure.explanation),
            ])
    }

    private func recover() {
        self.retryTime = self.context.limits.retryTimeMin
        defer {
            self.failure = nil
            self.lostCount = 0
        }
        guard self.failure != nil else { return }
        self.context.log.info(
            "recording resumed",
            ["stream": .text(self.stream), "show": .number(self.number), "lost_segments": .number(self.lostCount)])
    }

    /// So much is lost that what comes would be another show.
    private func finishIfHopeless() {
        guard let writer, writer.lostCount > self.context.limits.lostSegmentCountMax else { return }
        self.finish()
    }

    private func finish() {
        guard let writer = self.writer else { return }
        self.writer = nil
        let counts = self.context.counts
        if writer.show.index.hasMedia, let failure = writer.end(syncTimes: { counts.synced(in: $0) }) {
            counts.failed(failure.reason)
            self.context.log.error(
                "recording end not written",
                [
                    "stream": .text(self.stream), "show": .number(self.number),
                    "reason": .text(failure.reason.description), "error": .text(failure.explanation),
                ])
        }
        self.context.finish(writer, self.number)
    }
}
