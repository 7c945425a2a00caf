internal import HTTPServer
internal import Observability
internal import Postgres
package import Primitives

/// What goes on while nobody asks.
extension QueueService {
    /// Moves the pointers again and again, until its task is cancelled. `pause` waits.
    package func run(pause: (TimeAmount) async -> Void) async {
        var next = MonotonicTime.now
        while !Task.isCancelled {
            do {
                try await self.tick()
            } catch {
                // Nobody is admitted meanwhile; nobody is lost either.
                self.log.warning("queues rest", ["reason": .text("\(error)")])
            }
            // By a fixed beat, which what a tick takes does not slow down; one that was missed is left out.
            let now = MonotonicTime.now
            next = max(next + self.limits.tickTime, now)
            await pause(next > now ? next - now : .nanoseconds(0))
        }
    }

    /// Reads every queue that this process knows, opens sales, and admits whom rate and room allow.
    package func tick() async throws {
        self.rooms.trim(idleTime: self.limits.idleTime, countMax: self.limits.roomCountMax, now: .now)
        let concerts = self.rooms.concerts
        guard !concerts.isEmpty else { return }
        let readAt = MonotonicTime.now
        var found = try await self.store.rooms(concerts)
        self.rooms.remove(Set(concerts).subtracting(found.map(\.concert)))
        let opening = found.filter { $0.move(now: $0.readAt) == .open }.map(\.concert)
        if !opening.isEmpty {
            for opened in try await self.store.open(opening) {
                self.log.info(
                    "queue opened", ["concert": .number(Int(opened.concert)), "drawn": .number(Int(opened.drawnCount))])
            }
            let changed = try await self.store.rooms(opening)
            found = found.filter { !opening.contains($0.concert) } + changed
        }
        try await self.admit(&found)
        self.rooms.put(found, readAt: readAt)
    }

    private func admit(_ rooms: inout [QueueRoom]) async throws {
        var moves: [(room: QueueRoom, count: Int64)] = []
        for room in rooms {
            guard case .admit(let count) = room.move(now: room.readAt) else { continue }
            moves.append((room, count))
        }
        guard !moves.isEmpty else { return }
        let moved = try await self.store.admit(moves)
        for move in moves where moved.contains(move.room.concert) {
            guard let index = rooms.firstIndex(where: { $0.concert == move.room.concert }) else { continue }
            rooms[index].admit(move.count, now: move.room.readAt)
            self.metrics.admitted.add(Int(move.count), loop: nil)
        }
    }
}
