internal import HTTPServer
internal import Primitives
internal import Reactor
internal import Synchronization

/// Those who follow seat maps on one loop. What changes is gathered for a moment, written once, and sent to all of
/// them.
///
/// One that does not keep up misses changes; with the next it is told to read the map again.
final class SeatEventHub: @unchecked Sendable {
    // SAFETY: `channels` and what is in it are touched on the loop only; the counts are atomic.

    private final class Follower {
        let events: ServerSentEvents
        var hasMissed = false

        init(_ events: ServerSentEvents) { self.events = events }
    }

    private final class Channel {
        var version: Int64
        var followers: [ObjectIdentifier: Follower] = [:]
        var isTimerSet = false

        init(version: Int64) { self.version = version }
    }

    let loop: EventLoop
    private let limits: SeatLimits
    private var channels: [Int64: Channel] = [:]
    private let followerCount = Atomic<Int>(0)

    init(loop: EventLoop, limits: SeatLimits) {
        self.loop = loop
        self.limits = limits
    }

    var isFull: Bool { self.followerCount.load(ordering: .relaxed) >= self.limits.followerCountMax }

    /// From any thread: the map has changed.
    func changed(_ schedule: Int64, _ maps: SeatMaps) {
        guard self.followerCount.load(ordering: .acquiring) > 0 else { return }
        self.loop.executeOnLoop { [self] in
            guard let channel = self.channels[schedule], !channel.isTimerSet else { return }
            channel.isTimerSet = true
            _ = self.loop.schedule(at: self.loop.now + self.limits.eventInterval) { [weak maps] in
                channel.isTimerSet = false
                if let maps { self.send(schedule, channel, maps) }
            }
        }
    }

    // MARK: On the loop

    /// - Parameter seen: The version that a browser which comes back has seen last.
    func follow(_ schedule: Int64, _ events: ServerSentEvents, seen: Int64?, maps: SeatMaps) {
        self.loop.assertIsOnLoop()
        let channel = self.channels[schedule] ?? Channel(version: maps.currentVersion(of: schedule) ?? 0)
        self.channels[schedule] = channel
        let id = ObjectIdentifier(events)
        channel.followers[id] = Follower(events)
        self.followerCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
        maps.addFollower(schedule, 1)
        events.onClose = { [weak self, weak maps] in
            guard let self else { return }
            channel.followers[id] = nil
            self.followerCount.wrappingSubtract(1, ordering: .relaxed)
            maps?.addFollower(schedule, -1)
            if channel.followers.isEmpty, self.channels[schedule] === channel { self.channels[schedule] = nil }
        }
        // It begins where the channel stands; what changed before, and is not sent yet, comes to all.
        guard let seen, seen != channel.version else {
            _ = events.send(Self.event(version: channel.version, []))
            return self.changed(schedule, maps)
        }
        let missed = maps.changes(of: schedule, since: seen)
        _ = events.send(missed.map { Self.event(version: $0.version, $0.seats) } ?? Self.reload(channel.version))
    }

    private func send(_ schedule: Int64, _ channel: Channel, _ maps: SeatMaps) {
        let news = maps.changes(of: schedule, since: channel.version)
        let isNothingNew = news?.seats.isEmpty == true
        channel.version = news?.version ?? maps.currentVersion(of: schedule) ?? channel.version
        let reload = Self.reload(channel.version)
        let event = news.map { Self.event(version: $0.version, $0.seats) }
        for follower in Array(channel.followers.values) where follower.hasMissed || !isNothingNew {
            let isSent = follower.events.send(follower.hasMissed ? reload : event ?? reload)
            follower.hasMissed = !isSent
        }
        // Whoever had no room is asked again, whether or not anything else happens.
        if channel.followers.values.contains(where: \.hasMissed) { self.changed(schedule, maps) }
    }

    /// `{"version":…,"changes":[[seatNo,"HELD"],…]}`
    static func event(version: Int64, _ seats: [(number: Int32, state: SeatState)]) -> ServerSentEvent {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("version", version)
            writer.name("changes" as StaticString)
            writer.array { writer in
                for seat in seats {
                    writer.array { writer in
                        writer.integer(Int64(seat.number))
                        writer.string(seat.state.status.description)
                    }
                }
            }
        }
        return ServerSentEvent(String(decoding: writer.bytes, as: UTF8.self), id: String(version))
    }

    /// What is missing cannot be told any more: read the whole map.
    static func reload(_ version: Int64) -> ServerSentEvent {
        ServerSentEvent("{\"version\":\(version)}", name: "reload", id: String(version))
    }
}
