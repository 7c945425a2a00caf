internal import HTTPServer
internal import Primitives

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
        /// Enough for a player that makes nothing of parts, in the playlist that has them.
        case beginningWithoutParts(RenditionID)
    }

    struct Waiter {
        let responder: HTTPResponder
        /// Shown again before the answer is given.
        let pass: [UInt8]
        let asksForGzip: Bool
        let wantsDelta: Bool
        let since: MonotonicTime
        /// Whose the pass is, where anybody tells them apart.
        var holder: Int64?
    }

    /// Where a waiter is, until it is taken out.
    struct Place {
        let reason: Reason
        let seat: Int
        fileprivate let number: Int
    }

    /// In the order in which they came, but that one who comes takes the place of one who left.
    private struct Bucket {
        var seats: [(number: Int, waiter: Waiter)?] = []
        var free: [Int] = []
        /// None of them came earlier.
        var since: MonotonicTime

        var isEmpty: Bool { self.free.count == self.seats.count }

        mutating func add(_ waiter: Waiter, _ number: Int) -> Int {
            guard let index = self.free.popLast() else {
                self.seats.append((number, waiter))
                return self.seats.count - 1
            }
            self.seats[index] = (number, waiter)
            return index
        }

        /// False when somebody else has the seat, or nobody.
        mutating func leave(_ index: Int, _ number: Int) -> Bool {
            guard self.seats.indices.contains(index), self.seats[index]?.number == number else { return false }
            self.seats[index] = nil
            self.free.append(index)
            return true
        }
    }

    private var buckets: [Reason: Bucket] = [:]
    private var nextNumber = 0
    private(set) var count = 0

    /// What is waited for.
    var reasons: [Reason] { Array(self.buckets.keys) }

    /// The place by which the waiter can be taken out again.
    mutating func add(_ waiter: Waiter, _ reason: Reason) -> Place {
        let number = self.nextNumber
        self.nextNumber += 1
        self.count += 1
        let seat = self.buckets[reason, default: Bucket(since: waiter.since)].add(waiter, number)
        return Place(reason: reason, seat: seat, number: number)
    }

    /// False when it is not there any more: it was answered, or is being answered just now.
    mutating func remove(_ place: Place) -> Bool {
        guard self.buckets[place.reason]?.leave(place.seat, place.number) == true else { return false }
        self.count -= 1
        if self.buckets[place.reason]?.isEmpty == true { self.buckets[place.reason] = nil }
        return true
    }

    /// All who wait for this. They are out of the room before they are answered, because an answer may bring the next
    /// request of its connection in.
    mutating func take(_ reason: Reason) -> [Waiter] {
        guard let bucket = self.buckets.removeValue(forKey: reason) else { return [] }
        let waiters = bucket.seats.compactMap { $0?.waiter }
        self.count -= waiters.count
        return waiters
    }

    /// Those of whom this holds, in the order in which it is asked of them.
    mutating func takeThose(where isTaken: (Waiter) -> Bool) -> [Waiter] {
        var taken: [Waiter] = []
        for reason in self.reasons {
            // Out of the room while it is changed, so that it is changed where it lies.
            guard var bucket = self.buckets.removeValue(forKey: reason) else { continue }
            for index in bucket.seats.indices {
                guard let (number, waiter) = bucket.seats[index], isTaken(waiter), bucket.leave(index, number) else {
                    continue
                }
                taken.append(waiter)
            }
            if !bucket.isEmpty { self.buckets[reason] = bucket }
        }
        self.count -= taken.count
        return taken
    }

    /// Those who came before this moment.
    mutating func takeThose(before moment: MonotonicTime) -> [(reason: Reason, waiter: Waiter)] {
        var taken: [(reason: Reason, waiter: Waiter)] = []
        for reason in self.reasons where self.buckets[reason].map({ $0.since <= moment }) == true {
            // Out of the room while it is changed, so that it is changed where it lies.
            guard var bucket = self.buckets.removeValue(forKey: reason) else { continue }
            var earliest: MonotonicTime?
            for index in bucket.seats.indices {
                guard let (number, waiter) = bucket.seats[index] else { continue }
                if waiter.since <= moment, bucket.leave(index, number) {
                    taken.append((reason, waiter))
                } else {
                    earliest = min(earliest ?? waiter.since, waiter.since)
                }
            }
            guard let earliest else { continue }
            bucket.since = earliest
            self.buckets[reason] = bucket
        }
        self.count -= taken.count
        return taken
    }
}
