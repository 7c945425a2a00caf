internal import Primitives
internal import Reactor
internal import Synchronization

/// The queues that this process knows, as they were when they were last read: each loop has a copy of its own, so that
/// loops never wait for each other to tell somebody his place.
final class QueueRooms: Sendable {
    /// An object of one loop alone: counting who holds it is that loop's business too.
    final class Known: Sendable {
        let room: QueueRoom
        /// When it was read, by the clock of this process.
        let readAt: MonotonicTime

        init(_ room: QueueRoom, readAt: MonotonicTime) {
            self.room = room
            self.readAt = readAt
        }

        /// The database's time, as far as can be said without asking it.
        func now(_ time: MonotonicTime = .now) -> Int64 {
            self.room.readAt + max((time - self.readAt).nanoseconds, 0) / 1000
        }
    }

    private struct Copy {
        var rooms: [Int64: Known] = [:]
        /// Those that somebody has asked for since the last look.
        var asked: Set<Int64> = []
    }

    private final class Part: Sendable {
        let copy = Mutex(Copy())
    }

    private let loops: [EventLoop]
    /// One for each loop, and one for all other threads, which always has them all.
    private let parts: [Part]
    private let lastAsked = Mutex<[Int64: MonotonicTime]>([:])

    init(loops: [EventLoop]) {
        self.loops = loops
        self.parts = (0...loops.count).map { _ in Part() }
    }

    /// One as the caller's loop knows it. Nil when it is not known here.
    subscript(_ concert: Int64) -> Known? {
        let index = self.loops.firstIndex { $0.isOnLoop } ?? self.loops.count
        return self.parts[index].copy.withLock { copy in
            guard let known = copy.rooms[concert] else { return nil }
            copy.asked.insert(concert)
            return known
        }
    }

    var all: [Known] { self.last.copy.withLock { Array($0.rooms.values) } }
    var concerts: [Int64] { self.last.copy.withLock { Array($0.rooms.keys) } }
    private var last: Part { self.parts[self.loops.count] }

    /// What was read later stands. Returns the same with their draws.
    @discardableResult
    func put(_ rooms: [QueueRoom], readAt: MonotonicTime) -> [QueueRoom] {
        let prepared = self.prepared(rooms)
        self.lastAsked.withLock { lastAsked in
            for room in rooms where lastAsked[room.concert] == nil { lastAsked[room.concert] = readAt }
        }
        for part in self.parts {
            part.copy.withLock { copy in
                for room in prepared {
                    if let known = copy.rooms[room.concert], known.room.readAt > room.readAt { continue }
                    copy.rooms[room.concert] = Known(room, readAt: readAt)
                }
            }
        }
        return prepared
    }

    func setSoldOut(_ isSoldOut: Bool, _ concert: Int64) {
        for part in self.parts {
            part.copy.withLock { copy in
                guard let known = copy.rooms[concert] else { return }
                var room = known.room
                room.isSoldOut = isSoldOut
                copy.rooms[concert] = Known(room, readAt: known.readAt)
            }
        }
    }

    func remove(_ concerts: some Collection<Int64>) {
        guard !concerts.isEmpty else { return }
        for part in self.parts {
            part.copy.withLock { copy in
                for concert in concerts { copy.rooms[concert] = nil }
            }
        }
        self.lastAsked.withLock { lastAsked in
            for concert in concerts { lastAsked[concert] = nil }
        }
    }

    /// Lets go of those that nobody has asked for in `idleTime`, and of as many more as there are beyond `countMax`,
    /// those first that were asked for longest ago.
    func trim(idleTime: TimeAmount, countMax: Int, now: MonotonicTime) {
        var asked: Set<Int64> = []
        for part in self.parts {
            asked.formUnion(
                part.copy.withLock { copy in
                    defer { copy.asked.removeAll(keepingCapacity: true) }
                    return copy.asked
                })
        }
        let gone: [Int64] = self.lastAsked.withLock { lastAsked in
            for concert in asked where lastAsked[concert] != nil { lastAsked[concert] = now }
            let idle = lastAsked.filter { $0.value + idleTime <= now }.map(\.key)
            let others = lastAsked.filter { $0.value + idleTime > now }.sorted { $0.value < $1.value }
            return idle + others.prefix(max(others.count - countMax, 0)).map(\.key)
        }
        self.remove(gone)
    }

    /// A draw is computed once, not for every copy and every reading.
    private func prepared(_ rooms: [QueueRoom]) -> [QueueRoom] {
        rooms.map { room in
            var room = room
            room.prepareDraw(reusing: self.last.copy.withLock { $0.rooms[room.concert]?.room })
            return room
        }
    }
}
