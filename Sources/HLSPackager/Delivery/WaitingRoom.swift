internal import HTTPServer
internal import Primitives

/// How many wait on one loop, in all its rooms.
final class WaiterCount {
    @exclusivity(unchecked) fileprivate(set) var count = 0
}

/// The requests of one stream that wait, in buckets of those that wait for the same: what they wait for is looked at
/// once for all of them. On one loop.
struct WaitingRoom {
    enum Reason: Hashable {
        /// A playlist that holds what was asked for.
        case playlist(RenditionID, PlaylistWait)
        /// A part that a playlist has hinted at.
        case part(RenditionID, PartPosition)
        /// Enough to begin with, in this playlist.
        case beginning(MediaName)
    }

    struct Waiter {
        let responder: HTTPResponder
        /// Shown again before the answer is given.
        let pass: [UInt8]
        let asksForGzip: Bool
        let wantsDelta: Bool
        let since: MonotonicTime
    }

    private struct Bucket {
        var waiters: [Int: Waiter] = [:]
        /// None of them came earlier.
        let since: MonotonicTime
    }

    private var buckets: [Reason: Bucket] = [:]
    private var nextNumber = 0
    private let all: WaiterCount

    init(count: WaiterCount) { self.all = count }

    /// What is waited for.
    var reasons: [Reason] { Array(self.buckets.keys) }

    /// The number by which the waiter can be taken out again.
    mutating func add(_ waiter: Waiter, _ reason: Reason) -> Int {
        let number = self.nextNumber
        self.nextNumber += 1
        self.buckets[reason, default: Bucket(since: waiter.since)].waiters[number] = waiter
        self.all.count += 1
        return number
    }

    /// One that was answered meanwhile is not there any more.
    mutating func remove(_ number: Int, _ reason: Reason) {
        guard self.buckets[reason]?.waiters.removeValue(forKey: number) != nil else { return }
        self.all.count -= 1
        if self.buckets[reason]?.waiters.isEmpty == true { self.buckets[reason] = nil }
    }

    /// All who wait for this. They are out of the room before they are answered, because an answer may bring the next
    /// request of its connection in.
    mutating func take(_ reason: Reason) -> [Waiter] {
        guard let bucket = self.buckets.removeValue(forKey: reason) else { return [] }
        self.all.count -= bucket.waiters.count
        return Array(bucket.waiters.values)
    }

    /// Those who came before this moment.
    mutating func takeThose(before moment: MonotonicTime) -> [(reason: Reason, waiter: Waiter)] {
        var taken: [(reason: Reason, waiter: Waiter)] = []
        for (reason, bucket) in self.buckets where bucket.since <= moment {
            for (number, waiter) in bucket.waiters where waiter.since <= moment {
                taken.append((reason, waiter))
                self.remove(number, reason)
            }
        }
        return taken
    }
}
