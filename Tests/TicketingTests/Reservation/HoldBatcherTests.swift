import Commerce
import Primitives
import Testing

@testable import Ticketing

@Suite("Batches of holds")
struct HoldBatcherTests {
    private static func request(_ member: Int64, _ seats: [Int32], schedule: Int64 = 1) -> HoldRequest {
        guard let request = HoldRequest(schedule: schedule, member: member, seats: seats, token: 0) else {
            preconditionFailure("a request")
        }
        return request
    }

    private static func batcher(_ change: (inout ReservationLimits) -> Void = { _ in }) -> HoldBatcher {
        var limits = ReservationLimits()
        change(&limits)
        return HoldBatcher(limits: limits)
    }

    private static let held = HoldOutcome.held(
        Hold(reservation: 1, seats: [], until: WallClock(unixMilliseconds: 0), total: Money(0)))

    @Test("a request has at least one seat, at most a hundred, and each once; they are sorted")
    func requests() {
        #expect(HoldRequest(schedule: 1, member: 1, seats: [], token: 0) == nil)
        #expect(HoldRequest(schedule: 1, member: 1, seats: [3, 3], token: 0) == nil)
        #expect(HoldRequest(schedule: 1, member: 1, seats: Array(0...100), token: 0) == nil)
        #expect(HoldRequest(schedule: 1, member: 1, seats: [3, 1], token: 0)?.seats == [1, 3])
    }

    @Test("of whom something else is decided waits outside, and not for the next statement")
    func locked() {
        var batcher = Self.batcher { $0.busyAttemptCountMax = 3 }
        _ = batcher.add(Self.request(1, [1]))
        let batch = batcher.next() ?? []
        #expect(batcher.settle(batch, [.busy([])]) == [true])
        #expect(batcher.waitingCount == 0)
    }

    @Test("what comes while one is on its way goes together, in order")
    func gathers() {
        var batcher = Self.batcher()
        _ = batcher.add(Self.request(1, [1]))
        let first = batcher.next()
        #expect(first?.map(\.request.member) == [1])
        for member in 2...5 { _ = batcher.add(Self.request(Int64(member), [1])) }
        #expect(batcher.next() == nil)
        #expect(batcher.settle(first ?? [], [Self.held]) == [true])
        #expect(batcher.next()?.map(\.request.member) == [2, 3, 4, 5])
    }

    @Test("a batch has so many requests and seats at most, and one that is larger goes alone")
    func bounds() {
        var batcher = Self.batcher {
            $0.batchRequestCountMax = 3
            $0.batchSeatCountMax = 4
            $0.batchFlightCountMax = 10
        }
        _ = batcher.add(Self.request(1, [1, 2, 3, 4, 5, 6]))
        for member in 2...6 { _ = batcher.add(Self.request(Int64(member), [1])) }
        _ = batcher.add(Self.request(7, [1, 2, 3]))
        _ = batcher.add(Self.request(8, [1, 2]))
        #expect(batcher.next()?.map(\.request.member) == [1])
        #expect(batcher.next()?.map(\.request.member) == [2, 3, 4])
        #expect(batcher.next()?.map(\.request.member) == [5, 6])
        #expect(batcher.next()?.map(\.request.member) == [7])
        #expect(batcher.next()?.map(\.request.member) == [8])
        #expect(batcher.next() == nil)
    }

    @Test("who comes when too many wait is refused")
    func full() {
        var batcher = Self.batcher { $0.holdsWaitingMax = 2 }
        #expect(batcher.add(Self.request(1, [1])) != nil)
        #expect(batcher.add(Self.request(2, [1])) != nil)
        #expect(batcher.add(Self.request(3, [1])) == nil)
        _ = batcher.next()
        #expect(batcher.add(Self.request(3, [1])) != nil)
    }

    @Test("one member cannot take the places of all")
    func fullOfOne() {
        var batcher = Self.batcher { $0.holdsWaitingOfMemberMax = 2 }
        #expect(batcher.add(Self.request(1, [1])) != nil)
        #expect(batcher.add(Self.request(1, [2])) != nil)
        #expect(batcher.add(Self.request(1, [3])) == nil)
        #expect(batcher.add(Self.request(2, [3])) != nil)
        let batch = batcher.next() ?? []
        #expect(batch.count == 2)
        #expect(batcher.add(Self.request(1, [3])) != nil)
        #expect(batcher.add(Self.request(1, [4])) == nil)
        // One that waits again counts again.
        #expect(batcher.settle([batch[1], batch[0]], [.taken([3]), .busy([1])]) == [true, false])
        #expect(batcher.add(Self.request(2, [5])) != nil)
        #expect(batcher.add(Self.request(1, [4])) == nil)
    }

    @Test("a second request of a member for a schedule waits for the next batch, before those behind it")
    func oneOfAMember() {
        var batcher = Self.batcher { $0.batchFlightCountMax = 10 }
        _ = batcher.add(Self.request(1, [1]))
        _ = batcher.add(Self.request(1, [2]))
        _ = batcher.add(Self.request(1, [3], schedule: 2))
        _ = batcher.add(Self.request(2, [4]))
        _ = batcher.add(Self.request(1, [5]))
        #expect(batcher.next()?.map { $0.request.seats[0] } == [1, 3, 4])
        _ = batcher.add(Self.request(3, [6]))
        #expect(batcher.next()?.map { $0.request.seats[0] } == [2, 6])
        #expect(batcher.next()?.map { $0.request.seats[0] } == [5])
        #expect(batcher.waitingCount == 0)
    }

    @Test("who met others at work has another turn before all others, a few times; who lost has not")
    func busy() {
        var batcher = Self.batcher { $0.busyAttemptCountMax = 3 }
        for member in 1...3 { _ = batcher.add(Self.request(Int64(member), [1])) }
        let first = batcher.next() ?? []
        _ = batcher.add(Self.request(4, [9]))
        #expect(batcher.settle(first, [.taken([1]), .busy([1]), .busy([1])]) == [true, false, false])
        let second = batcher.next() ?? []
        #expect(second.map(\.request.member) == [2, 3, 4])
        #expect(batcher.settle(second, [.busy([1]), Self.held, .busy([9])]) == [false, true, false])
        let third = batcher.next() ?? []
        #expect(third.map(\.request.member) == [2, 4])
        #expect(batcher.settle(third, [.busy([1]), .busy([9])]) == [true, false])
        #expect(batcher.next()?.map(\.request.member) == [4])
    }

    @Test("however requests come and fail, each is answered once, and as many wait as are said to")
    func everyOneIsAnswered() {
        var random = FastRandom(seed: 7)
        for _ in 0..<200 {
            var batcher = Self.batcher {
                $0.batchRequestCountMax = Int.random(in: 1...5, using: &random)
                $0.batchFlightCountMax = Int.random(in: 1...3, using: &random)
                $0.holdsWaitingMax = 40
            }
            var open: Set<UInt64> = []
            var flights: [[HoldBatcher.Entry]] = []
            for _ in 0..<300 {
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    let seats = Set(
                        (0..<Int.random(in: 1...3, using: &random)).map { _ in
                            Int32.random(in: 0..<6, using: &random)
                        })
                    let request = Self.request(Int64.random(in: 1...4, using: &random), Array(seats))
                    if let id = batcher.add(request) { open.insert(id) }
                case 1: if let batch = batcher.next() { flights.append(batch) }
                default:
                    guard !flights.isEmpty else { continue }
                    let batch = flights.removeFirst()
                    #expect(Set(batch.map(\.request.member)).count == batch.count)
                    let outcomes = batch.map { entry -> HoldOutcome? in
                        switch Int.random(in: 0..<4, using: &random) {
                        case 0: nil
                        case 1: Self.held
                        case 2: .busy([entry.request.seats[0]])
                        default: .taken([entry.request.seats[0]])
                        }
                    }
                    for (entry, isDone) in zip(batch, batcher.settle(batch, outcomes)) where isDone {
                        #expect(open.remove(entry.id) != nil)
                    }
                }
                #expect(batcher.waitingCount + flights.joined().count == open.count)
            }
        }
    }
}
