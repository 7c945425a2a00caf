internal import MediaTypes
package import Primitives
internal import Synchronization

/// A stream as viewers know it: it outlives its publishers, who come and go on any loop.
///
/// Changed by the loop of the present publisher, once a part; the lock is for the moment in which another takes over.
/// Every change makes a snapshot, handed to `publish` in order.
package final class PackagedStream: Sendable {
    package let limits: HLSLimits
    /// What its segments' memory is taken from.
    let pool = ArenaPool()
    private let core: Mutex<StreamCore>
    private let publish: @Sendable (StreamSnapshot?) -> Void
    private let whenOver: @Sendable () -> Void
    private let isAwaited: @Sendable () -> Bool

    /// - Parameters:
    ///   - state: Where an earlier process was.
    ///   - isAwaited: Its publisher is waited for, however long the grace time is over.
    ///   - whenOver: Called, without a lock, when nothing is left of the stream.
    ///   - publish: Takes each snapshot, and nil when the stream is over. It is called with the stream locked, so that
    ///     snapshots stay in order; it hands them on and returns.
    package init(
        limits: HLSLimits, state: StreamState = StreamState(),
        isAwaited: @escaping @Sendable () -> Bool = { false }, whenOver: @escaping @Sendable () -> Void = {},
        publish: @escaping @Sendable (StreamSnapshot?) -> Void
    ) {
        self.isAwaited = isAwaited
        self.whenOver = whenOver
        self.limits = limits
        self.core = Mutex(StreamCore(limits: limits, state: state, pool: self.pool))
        self.publish = publish
    }

    /// To be saved.
    package var state: StreamState { self.core.withLock { $0.state } }

    /// Of all segments that are kept, and of the pages for those to come.
    package var byteCount: Int { self.core.withLock { $0.byteCount } + self.pool.byteCount }

    /// How it is now, for whoever asks.
    package var summary: StreamSummary {
        var summary = self.core.withLock { $0.summary }
        summary.byteCount += self.pool.byteCount
        return summary
    }

    /// The number of a new publishing, and when the media before it ended.
    func begin(now: MonotonicTime, wallClock: WallClock) -> (publishing: Int, latestEnd: WallClock?) {
        self.core.withLock { core in (core.begin(now: now, wallClock: wallClock), core.latestEnd) }
    }

    /// Takes effect if the publishing is the latest; that is what the answer tells.
    @discardableResult
    func use(
        _ layouts: [RenditionLayout], givenUp: [RenditionID] = [], isDiscontinuous: Bool, publishing: Int,
        now: MonotonicTime
    ) -> Bool {
        self.change(publishing) { core in
            core.use(layouts, givenUp: givenUp, isDiscontinuous: isDiscontinuous, now: now)
        }
    }

    /// What viewers may have from the publishing before.
    var renditionsToComeBack: [RenditionID] { self.core.withLock { $0.renditionsToComeBack } }

    /// Whether the pictures that the rendition has had last may have been of another format.
    func mayHaveHad(otherThan format: VideoFormat, in id: RenditionID) -> Bool {
        self.core.withLock { $0.mayHaveHad(otherThan: format, in: id) }
    }

    /// Where a timeline that begins now is put.
    func timelineOrigin(now: MonotonicTime) -> MediaTime { self.core.withLock { $0.times.origin(now: now) } }

    /// - Parameter mediaTime: The latest of the publishing so far, in nanoseconds.
    @discardableResult
    func add(
        _ update: SegmentUpdate, to id: RenditionID, publishing: Int, mediaTime: Int64 = 0, now: MonotonicTime
    ) -> Bool {
        self.change(publishing) { core in
            core.add(update, to: id, now: now)
            core.note(mediaTime: mediaTime, now: now)
            if core.byteCount + self.pool.byteCount > self.limits.streamByteCountMax { self.pool.empty() }
        }
    }

    /// What has been given is all of its timeline; what is still added belongs to it. Told with the next change.
    func interrupt(publishing: Int) {
        self.core.withLock { core in if core.isCurrent(publishing) { core.interrupt() } }
    }

    @discardableResult
    func suspend(publishing: Int) -> Bool {
        self.change(publishing) { core in core.suspend() }
    }

    /// Nobody publishes it since this publishing, and somebody waits for that all the same.
    func isAwaited(after publishing: Int) -> Bool {
        guard self.isAwaited() else { return false }
        return self.core.withLock { $0.isCurrent(publishing) && !$0.isPublishing && !$0.hasEnded }
    }

    /// The grace time after a publishing is over: the stream ends, unless another has begun. Returns how long it has
    /// to stay available from now; nil if it goes on.
    func endIfAbandoned(publishing: Int) -> TimeAmount? {
        self.core.withLock { core in
            guard core.isCurrent(publishing), !core.isPublishing, !core.hasEnded else { return nil }
            let time = core.end()
            self.publish(core.snapshot())
            return time
        }
    }

    /// Nobody is to come back: the stream ends now, unless somebody publishes it. Returns the publishing that was its
    /// last, and how long what is there has to stay available; nil if there is nothing to end.
    package func endIfAbandoned() -> (publishing: Int, time: TimeAmount)? {
        self.core.withLock { core in
            guard core.summary.phase == .interrupted else { return nil }
            let time = core.end()
            self.publish(core.snapshot())
            return (core.latestPublishing, time)
        }
    }

    /// Nobody can be watching the end any more: gives all memory back.
    package func clearIfEnded(publishing: Int, now: MonotonicTime) {
        let isOver = self.core.withLock { core in
            guard core.isCurrent(publishing), core.hasEnded else { return false }
            core.clear(now: now)
            self.publish(nil)
            return true
        }
        self.pool.empty()
        if isOver { self.whenOver() }
    }

    /// Nothing is left of it, and nobody publishes it: whoever has its numbers need not keep it.
    package var isOver: Bool { self.core.withLock { $0.isOver } }

    @discardableResult
    private func change(_ publishing: Int, _ body: (inout StreamCore) -> Void) -> Bool {
        self.core.withLock { core in
            guard core.isCurrent(publishing) else { return false }
            body(&core)
            self.publish(core.snapshot())
            return true
        }
    }
}
