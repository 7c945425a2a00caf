/// Decides which requests go into the next statement. While one is on its way, the next gather here: nobody waits for
/// a timer, and the more come, the more share a round trip and a commit.
///
/// A batch has at most one request of a member for a schedule, because what he may have is counted before it. Where two
/// want one seat, the first has it. One that only others at that moment stood before, who got nothing themselves or had
/// not committed, is not told that the seat is taken, but has another turn, a few times.
struct HoldBatcher {
    /// A request that waits, or is on its way.
    struct Entry: Sendable {
        let id: UInt64
        let request: HoldRequest
        /// How often it has been in a batch.
        fileprivate(set) var attemptCount = 0
    }

    private struct Holder: Hashable {
        let schedule: Int64
        let member: Int64
    }

    private let limits: ReservationLimits
    private var waiting: [Entry] = []
    /// Those before it have gone.
    private var head = 0
    /// How many requests of a member wait.
    private var counts: [Int64: Int] = [:]
    private var lastID: UInt64 = 0
    private(set) var flightCount = 0

    init(limits: ReservationLimits) { self.limits = limits }

    var waitingCount: Int { self.waiting.count - self.head }
    /// Whose turn is next.
    var first: UInt64? { self.head < self.waiting.count ? self.waiting[self.head].id : nil }

    /// The number that the answer will have; nil when too many wait, of all or of this member.
    mutating func add(_ request: HoldRequest) -> UInt64? {
        let own = self.counts[request.member, default: 0]
        guard self.waitingCount < self.limits.holdsWaitingMax, own < self.limits.holdsWaitingOfMemberMax else {
            return nil
        }
        self.counts[request.member] = own + 1
        self.lastID += 1
        self.waiting.append(Entry(id: self.lastID, request: request))
        return self.lastID
    }

    /// What goes out now; nil when nothing waits, or as much is on its way as may be.
    mutating func next() -> [Entry]? {
        guard self.flightCount < self.limits.batchFlightCountMax, self.head < self.waiting.count else { return nil }
        var batch: [Entry] = []
        var deferred: [Entry] = []
        var holders: Set<Holder> = []
        var seatCount = 0
        var index = self.head
        while index < self.waiting.count, batch.count < self.limits.batchRequestCountMax {
            let entry = self.waiting[index]
            let request = entry.request
            guard batch.isEmpty || seatCount + request.seats.count <= self.limits.batchSeatCountMax else { break }
            index += 1
            guard holders.insert(Holder(schedule: request.schedule, member: request.member)).inserted else {
                deferred.append(entry)
                continue
            }
            seatCount += request.seats.count
            batch.append(entry)
            let own = self.counts[request.member, default: 1] - 1
            self.counts[request.member] = own > 0 ? own : nil
        }
        self.head = index - deferred.count
        for (offset, entry) in deferred.enumerated() { self.waiting[self.head + offset] = entry }
        self.compact()
        self.flightCount += 1
        return batch
    }

    /// The statement of a batch has been answered: which of it are done. Others wait again, before everybody else.
    ///
    /// - Parameter outcomes: One for each of the batch, in its order; nil for what failed, which is done.
    mutating func settle(_ batch: [Entry], _ outcomes: [HoldOutcome?]) -> [Bool] {
        precondition(batch.count == outcomes.count, "a batch has an outcome for each")
        self.flightCount -= 1
        let isAgain = zip(batch, outcomes).map { entry, outcome in
            // Whose lock somebody else has waits a while, and not here.
            guard case .busy(let seats)? = outcome, !seats.isEmpty else { return false }
            return entry.attemptCount + 1 < self.limits.busyAttemptCountMax
        }
        let again = batch.indices.filter { isAgain[$0] }.map { index in
            var entry = batch[index]
            entry.attemptCount += 1
            self.counts[entry.request.member, default: 0] += 1
            return entry
        }
        if !again.isEmpty { self.waiting.replaceSubrange(..<self.head, with: again) }
        if !again.isEmpty { self.head = 0 }
        return isAgain.map { !$0 }
    }

    private mutating func compact() {
        guard self.head > 256, self.head > self.waiting.count / 2 else { return }
        self.waiting.removeFirst(self.head)
        self.head = 0
    }
}
