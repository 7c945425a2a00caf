internal import HTTPServer
internal import Primitives
internal import Reactor
internal import Synchronization

/// Those who follow seat maps on one loop. What changes is gathered for a moment, written once, and sent to all of
/// them, to some in each turn of the loop.
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
        /// From the moment at which something changes until all have been told.
        var isBusy = false

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
            guard let channel = self.channels[schedule], !channel.isBusy else { return }
            self.gather(schedule, channel, maps)
        }
    }

    // MARK: On the loop

    /// - Parameter seen: The version that a browser which comes back has seen last.
    func follow(_ schedule: Int64, _ events: ServerSentEvents, seen: Int64?, maps: SeatMaps) {
        self.loop.assertIsOnLoop()
        // Whoever was the last that may follow came between; the browser comes back by itself.
        guard maps.follow(schedule) else { return events.finish() }
        let channel = self.channels[schedule] ?? Channel(version: maps.currentVersion(of: schedule) ?? 0)
        self.channels[schedule] = channel
        let id = ObjectIdentifier(events)
        channel.followers[id] = Follower(events)
        self.followerCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
        events.onClose = { [weak self, weak maps] in
            guard let self else { return }
            channel.followers[id] = nil
            self.followerCount.wrappingSubtract(1, ordering: .relaxed)
            maps?.unfollow(schedule)
            if channel.followers.isEmpty, self.channels[schedule] === channel { self.channels[schedule] = nil }
        }
        // It begins where the channel stands; what changed before, and is not sent yet, comes to all.
        guard let seen, seen != channel.version else {
            _ = events.send(Self.event(maps, version: channel.version, []))
            return self.changed(schedule, maps)
        }
        let missed = maps.changes(of: schedule, since: seen)
        _ = events.send(
            missed.map { Self.event(maps, version: $0.version, $0.seats) } ?? Self.reload(maps, channel.version))
    }

    private func gather(_ schedule: Int64, _ channel: Channel, _ maps: SeatMaps) {
        channel.isBusy = true
        _ = self.loop.schedule(at: self.loop.now + self.limits.eventInterval) { [weak maps] in
            guard let maps else { return channel.isBusy = false }
            self.send(schedule, channel, maps)
        }
    }

    private func send(_ schedule: Int64, _ channel: Channel, _ maps: SeatMaps) {
        let news = maps.changes(of: schedule, since: channel.version)
        let isNothingNew = news?.seats.isEmpty == true
        channel.version = news?.version ?? maps.currentVersion(of: schedule) ?? channel.version
        let reload = Self.reload(maps, channel.version).encoded()
        let event = news.map { Self.event(maps, version: $0.version, $0.seats).encoded() } ?? reload
        let due = channel.followers.values.filter { $0.hasMissed || !isNothingNew }
        self.tell(due[...], event, reload, schedule, channel, maps)
    }

    /// Tells some of those who are due, and the others in the next turns of the loop.
    private func tell(
        _ due: ArraySlice<Follower>, _ event: [UInt8], _ reload: [UInt8], _ schedule: Int64, _ channel: Channel,
        _ maps: SeatMaps
    ) {
        for follower in due.prefix(self.limits.followerTurnCountMax) {
            follower.hasMissed = !follower.events.send(encoded: follower.hasMissed ? reload : event)
        }
        let rest = due.dropFirst(self.limits.followerTurnCountMax)
        guard rest.isEmpty else {
            _ = self.loop.schedule(at: self.loop.now) { [weak maps] in
                guard let maps else { return channel.isBusy = false }
                self.tell(rest, event, reload, schedule, channel, maps)
            }
            return
        }
        channel.isBusy = false
        // Whoever had no room is asked again, whether or not anything else happens.
        let hasMissed = channel.followers.values.contains(where: \.hasMissed)
        let isBehind = maps.currentVersion(of: schedule).map { $0 != channel.version } ?? false
        if hasMissed || isBehind, self.channels[schedule] === channel { self.gather(schedule, channel, maps) }
    }

    /// `{"version":…,"changes":[[seatNo,"HELD"],…]}`
    private static func event(
        _ maps: SeatMaps, version: Int64, _ seats: [(number: Int32, state: SeatState)]
    ) -> ServerSentEvent {
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
        return ServerSentEvent(String(decoding: writer.bytes, as: UTF8.self), id: maps.text(ofVersion: version))
    }

    /// What is missing cannot be told any more: read the whole map.
    private static func reload(_ maps: SeatMaps, _ version: Int64) -> ServerSentEvent {
        ServerSentEvent("{\"version\":\(version)}", name: "reload", id: maps.text(ofVersion: version))
    }
}
