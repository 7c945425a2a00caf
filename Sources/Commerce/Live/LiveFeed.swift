package import HTTPServer
internal import Primitives
package import Reactor
internal import Synchronization

/// What happens, for those who watch it, as server-sent events. Each event is written once, whoever watches; it is kept
/// for a while, so that a browser that lost its connection is told what it missed.
///
/// What cannot be told any more (the browser was away too long, it does not read, the events of another process were
/// lost) is told by the event `resync`: look at the list again.
package final class LiveFeed: Sendable {
    private struct Remembered {
        let number: UInt64
        let id: String
        let bytes: [UInt8]
    }

    private struct State {
        var lastNumber: UInt64 = 0
        /// The newest, oldest first; those before `head` are forgotten.
        var events: [Remembered] = []
        var head = 0
    }

    private static let resync = ServerSentEvent("{}", name: "resync").encoded()

    private let limits: ViewLimits
    private let state = Mutex(State())
    private let hubs: [LiveHub]

    package init(loops: [EventLoop], limits: ViewLimits = ViewLimits()) {
        self.limits = limits
        self.hubs = loops.map { LiveHub(loop: $0, limits: limits, resync: Self.resync) }
    }

    package var isWatched: Bool { self.hubs.contains { $0.followerCount > 0 } }

    // MARK: Telling, from any thread

    package func tell(_ name: String, id: String, _ data: String) {
        let bytes = ServerSentEvent(data, name: name, id: id).encoded()
        guard bytes.count <= self.limits.eventByteCountMax else { return self.tellOfGap() }
        let number = self.state.withLock { state in
            state.lastNumber += 1
            state.events.append(Remembered(number: state.lastNumber, id: id, bytes: bytes))
            if state.events.count - state.head > self.limits.rememberedCountMax { state.head += 1 }
            if state.head > self.limits.rememberedCountMax {
                state.events.removeFirst(state.head)
                state.head = 0
            }
            return state.lastNumber
        }
        for hub in self.hubs { hub.send(bytes, number) }
    }

    /// Something was missed that nobody can tell any more: what is remembered is no whole.
    package func tellOfGap() {
        let number = self.state.withLock { state in
            state.lastNumber += 1
            state.events = []
            state.head = 0
            return state.lastNumber
        }
        for hub in self.hubs { hub.send(Self.resync, number) }
    }

    // MARK: Watching

    /// The stream of a new watcher, which begins behind the event that he has seen last; nil when too many watch.
    package func response(seen: String?) -> HTTPResponse? {
        guard let hub = self.hubs.first(where: \.loop.isOnLoop), !hub.isFull else { return nil }
        var limits = ServerSentEvents.Limits()
        limits.eventByteCountMax = self.limits.eventByteCountMax
        return ServerSentEvents.response(slowClient: .skip, limits: limits) { events in
            let (missed, number) = self.missed(since: seen)
            hub.add(events, missed: missed, behind: number)
        }
    }

    /// What has happened since an event, and the number of the last; a gap when the event is not known any more.
    private func missed(since seen: String?) -> (events: [[UInt8]], number: UInt64) {
        self.state.withLock { state in
            guard let seen else { return ([], state.lastNumber) }
            let kept = state.events[state.head...]
            // Byte for byte: comparing strings would normalise them.
            guard let place = kept.lastIndex(where: { $0.id.utf8.elementsEqual(seen.utf8) }) else {
                return ([Self.resync], state.lastNumber)
            }
            return (kept[(place + 1)...].map(\.bytes), state.lastNumber)
        }
    }
}
