internal import HTTPServer
internal import Primitives
internal import Reactor
internal import Synchronization

/// Those who watch a feed on one loop.
final class LiveHub: @unchecked Sendable {
    // SAFETY: `followers` and what is in it are touched on the loop only; the count is atomic.

    private final class Follower {
        let events: ServerSentEvents
        /// The last event that it was told of, or had when it came.
        var number: UInt64
        var hasMissed = false
        var endTimer: TimerID?

        init(_ events: ServerSentEvents, number: UInt64) {
            self.events = events
            self.number = number
        }
    }

    let loop: EventLoop
    private let limits: ViewLimits
    private let resync: [UInt8]
    private var followers: [ObjectIdentifier: Follower] = [:]
    private let count = Atomic<Int>(0)

    init(loop: EventLoop, limits: ViewLimits, resync: [UInt8]) {
        self.loop = loop
        self.limits = limits
        self.resync = resync
    }

    var followerCount: Int { self.count.load(ordering: .acquiring) }
    var isFull: Bool { self.followerCount >= self.limits.followerCountMax }

    /// From any thread.
    func send(_ bytes: [UInt8], _ number: UInt64) {
        guard self.followerCount > 0 else { return }
        self.loop.executeOnLoop { [self] in
            for follower in Array(self.followers.values) where follower.number < number {
                follower.number = number
                // Whoever does not read misses some, and is told so as soon as he does.
                follower.hasMissed = !follower.events.send(encoded: follower.hasMissed ? self.resync : bytes)
            }
        }
    }

    /// On the loop. What comes with a number up to `number` it has, or has missed.
    func add(_ events: ServerSentEvents, missed: [[UInt8]], behind number: UInt64) {
        self.loop.assertIsOnLoop()
        let id = ObjectIdentifier(events)
        let follower = Follower(events, number: number)
        self.followers[id] = follower
        self.count.wrappingAdd(1, ordering: .sequentiallyConsistent)
        follower.endTimer = self.loop.schedule(at: self.loop.now + self.limits.watchTimeMax) { [weak follower] in
            follower?.endTimer = nil
            follower?.events.finish()
        }
        events.onClose = { [weak self] in
            guard let self, let gone = self.followers.removeValue(forKey: id) else { return }
            if let timer = gone.endTimer { self.loop.cancel(timer) }
            self.count.wrappingSubtract(1, ordering: .relaxed)
        }
        for bytes in missed where !follower.hasMissed { follower.hasMissed = !events.send(encoded: bytes) }
    }
}
