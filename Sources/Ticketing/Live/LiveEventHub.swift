internal import HTTPServer
internal import Primitives
internal import Reactor
internal import Synchronization

/// Those who follow shows on one loop. An event is written once, for all of them.
///
/// One that does not keep up misses what came in between, and is told the newest as soon as it can be.
final class LiveEventHub: @unchecked Sendable {
    // SAFETY: `channels` and what is in it are touched on the loop only; the count is atomic.

    private final class Follower {
        let events: ServerSentEvents
        var hasMissed = false

        init(_ events: ServerSentEvents) { self.events = events }

        func send(_ event: ServerSentEvent) { self.hasMissed = !self.events.send(event) && !self.events.isClosed }
    }

    /// What is told of a show; what was told later has a higher revision.
    struct News: Sendable {
        let event: ServerSentEvent
        let revision: Int
    }

    private final class Channel {
        var latest: News
        var followers: [ObjectIdentifier: Follower] = [:]
        var isTimerSet = false

        init(_ latest: News) { self.latest = latest }
    }

    let loop: EventLoop
    private let limits: LiveLimits
    private var channels: [Int64: Channel] = [:]
    private let followerCount = Atomic<Int>(0)

    init(loop: EventLoop, limits: LiveLimits) {
        self.loop = loop
        self.limits = limits
    }

    var count: Int { self.followerCount.load(ordering: .relaxed) }
    var isFull: Bool { self.count >= self.limits.followerCountMax }

    /// From any thread, in any order: something is told of a show.
    func send(_ news: News, of schedule: Int64) {
        guard self.followerCount.load(ordering: .acquiring) > 0 else { return }
        self.loop.execute { [self] in
            guard let channel = self.channels[schedule], news.revision > channel.latest.revision else { return }
            channel.latest = news
            for follower in Array(channel.followers.values) { follower.send(news.event) }
            self.sendAgain(channel)
        }
    }

    /// On the loop. `current` is asked for behind the follower's entry: whatever is told from then on reaches it.
    func follow(_ schedule: Int64, _ events: ServerSentEvents, current: () -> News) {
        self.loop.assertIsOnLoop()
        let id = ObjectIdentifier(events)
        let follower = Follower(events)
        self.followerCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
        let channel = self.channels[schedule] ?? Channel(current())
        self.channels[schedule] = channel
        channel.followers[id] = follower
        events.onClose = { [weak self] in
            guard let self else { return }
            channel.followers[id] = nil
            if channel.followers.isEmpty, self.channels[schedule] === channel { self.channels[schedule] = nil }
            self.followerCount.wrappingSubtract(1, ordering: .relaxed)
        }
        follower.send(channel.latest.event)
        self.sendAgain(channel)
    }

    /// To those who had no room, in a while.
    private func sendAgain(_ channel: Channel) {
        guard !channel.isTimerSet, channel.followers.values.contains(where: \.hasMissed) else { return }
        channel.isTimerSet = true
        _ = self.loop.schedule(at: self.loop.now + self.limits.retryTime) { [weak self] in
            channel.isTimerSet = false
            for follower in channel.followers.values.filter(\.hasMissed) { follower.send(channel.latest.event) }
            self?.sendAgain(channel)
        }
    }
}
