package import MediaTypes
package import Primitives
package import Reactor
internal import Synchronization

/// Sees to a stream's thumbnails: picks a keyframe now and then, has its picture made on a pool's thread, and hands it
/// on.
///
/// A picture costs more than all else that is done to a stream, so it is made again only when somebody has looked at
/// the last one, and otherwise once in `ThumbnailLimits.unseenTime`. A keyframe costs its publisher's loop one copy. A
/// stream has one picture in the making at most, all streams together as many as the pool takes; what comes at a bad
/// time is skipped, and the next keyframe has its chance.
package final class Thumbnailer: Sendable {
    /// Since the beginning.
    package struct Counts: Equatable, Sendable {
        package var made = 0
        /// Keyframes that were due while the last one was still in the making, or the pool full.
        package var skipped = 0
        package var failed = 0
        /// Why the last one that failed did.
        package var lastFailure: ThumbnailError?

        mutating func add(_ other: Counts) {
            self.made += other.made
            self.skipped += other.skipped
            self.failed += other.failed
        }
    }

    private struct State {
        var counts = Counts()
        var isBusy = false
        var publishingCount = 0
        var dueAt: MonotonicTime?
        /// Somebody has looked at the latest, or would have if there were one.
        var isWanted = true
        /// When the next is made even if nobody looks.
        var dueUnseenAt: MonotonicTime?
        var nextNumber: Int
    }

    private let state: Mutex<State>
    private let interval: TimeAmount
    private let limits: ThumbnailLimits
    private let pool: BlockingPool
    private let take: @Sendable (Thumbnail) -> Void

    /// - Parameters:
    ///   - firstNumber: Of the first picture.
    ///   - pool: All streams' own for this, with `ThumbnailLimits.poolThreadCount` threads.
    ///   - take: Called on a thread of the pool, with one picture after another.
    package init(
        interval: TimeAmount, limits: ThumbnailLimits = ThumbnailLimits(), firstNumber: Int = 0, pool: BlockingPool,
        take: @escaping @Sendable (Thumbnail) -> Void
    ) {
        self.interval = interval
        self.limits = limits
        self.pool = pool
        self.take = take
        self.state = Mutex(State(nextNumber: firstNumber))
    }

    package var counts: Counts { self.state.withLock { $0.counts } }

    /// Somebody publishes the stream, as far as its taps know.
    var isPublished: Bool { self.state.withLock { $0.publishingCount > 0 } }

    func publishing(_ change: Int) { self.state.withLock { $0.publishingCount += change } }

    /// Somebody looks at the latest picture: another is to be made when it is due.
    package func want() { self.state.withLock { $0.isWanted = true } }

    /// A picture of the stream's main video at which decoding can begin. Returns at once, and keeps nothing of it
    /// unless it is due.
    package func offer(
        _ format: VideoFormat, _ keyframe: borrowing RawSpan, now: MonotonicTime, capturedAt: WallClock
    ) {
        guard self.begin(now: now) else { return }
        guard keyframe.byteCount <= self.limits.inputByteCountMax else {
            self.end(.failure(.inputTooLarge), capturedAt)
            return
        }
        let bytes = keyframe.withUnsafeBytes { Array($0) }
        let isQueued = self.pool.submit { [self] in
            do throws(ThumbnailError) {
                let maker = ThumbnailMaker(limits: self.limits)
                self.end(.success(try maker.picture(of: bytes.span.bytes, format)), capturedAt)
            } catch { self.end(.failure(error), capturedAt) }
        }
        if !isQueued { self.giveUp() }
    }

    /// True when this keyframe is to be made a picture of.
    private func begin(now: MonotonicTime) -> Bool {
        self.state.withLock { state in
            if let dueAt = state.dueAt, now < dueAt { return false }
            if !state.isWanted, let dueUnseenAt = state.dueUnseenAt, now < dueUnseenAt { return false }
            guard !state.isBusy else {
                state.counts.skipped += 1
                return false
            }
            state.isBusy = true
            state.isWanted = false
            state.dueAt = now + self.interval
            state.dueUnseenAt = now + max(self.interval, self.limits.unseenTime)
            return true
        }
    }

    /// The pool has no room: the next keyframe is due.
    private func giveUp() {
        self.state.withLock { state in
            state.counts.skipped += 1
            state.isBusy = false
            state.isWanted = true
            state.dueAt = nil
        }
    }

    private func end(_ result: Result<ThumbnailMaker.Picture, ThumbnailError>, _ capturedAt: WallClock) {
        switch result {
        case .success(let picture):
            let number = self.state.withLock { state in
                defer { state.nextNumber += 1 }
                return state.nextNumber
            }
            // Before the next one can begin, so that they stay in order.
            self.take(
                Thumbnail(
                    jpeg: SharedBytes(picture.jpeg), width: picture.width, height: picture.height,
                    capturedAt: capturedAt, number: number))
            self.state.withLock { state in
                state.counts.made += 1
                state.isBusy = false
            }
        case .failure(let error):
            self.state.withLock { state in
                state.counts.failed += 1
                state.counts.lastFailure = error
                state.isBusy = false
                state.isWanted = true
            }
        }
    }
}
