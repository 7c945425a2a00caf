import Commerce
import Primitives
import Synchronization
import Testing

@testable import Ticketing

/// The queue over a database that does as it is told.
@Suite("Queues of holds")
struct HoldQueueTests {
    private struct Broken: Error {}

    /// Statements that wait until they are let go, and what was in them.
    private final class Statements: Sendable {
        private struct State {
            var batches: [[Int64]] = []
            var waiting: [CheckedContinuation<Void, Never>] = []
            var isOpen = false
            var running = 0
            var runningMax = 0
        }

        private let state = Mutex(State())

        var batches: [[Int64]] { self.state.withLock { $0.batches } }
        var runningMax: Int { self.state.withLock { $0.runningMax } }

        func perform(_ requests: [HoldRequest]) async -> [Result<HoldOutcome, any Error>] {
            self.state.withLock { state in
                state.batches.append(requests.map(\.member))
                state.running += 1
                state.runningMax = max(state.runningMax, state.running)
            }
            await withCheckedContinuation { continuation in
                let isOpen = self.state.withLock { state in
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
            self.state.withLock { $0.running -= 1 }
            return requests.map { request in
                request.member % 7 == 0 ? .failure(Broken()) : .success(.taken([Int32(request.member)]))
            }
        }

        func open() {
            let waiting = self.state.withLock { state in
                state.isOpen = true
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    private static func request(_ member: Int64) -> HoldRequest {
        guard let request = HoldRequest(schedule: 1, member: member, seats: [0], token: 0) else {
            preconditionFailure("a request")
        }
        return request
    }

    /// Waits for others without a clock.
    private static func wait(until isSo: () -> Bool) async { while !isSo() { await Task.yield() } }

    @Test("everybody gets his own answer, and those who wait share statements", arguments: [1, 3])
    func answers(flightCountMax: Int) async throws {
        var limits = ReservationLimits()
        limits.batchRequestCountMax = 10
        limits.batchFlightCountMax = flightCountMax
        let statements = Statements()
        let queue = HoldQueue(limits: limits) { await statements.perform($0) }
        let results = await withTaskGroup(of: (Int64, HoldOutcome?, Bool).self) { group in
            for member in Int64(1)...200 {
                group.addTask {
                    do { return (member, try await queue.hold(Self.request(member)), false) } catch {
                        return (member, nil, error is Broken)
                    }
                }
            }
            await Self.wait { statements.batches.count == flightCountMax }
            await Self.wait {
                queue.waitingCount == 200 - statements.batches.reduce(0) { $0 + $1.count }
            }
            statements.open()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count == 200)
        for (member, outcome, isBroken) in results {
            #expect(isBroken == (member % 7 == 0))
            #expect(outcome == (isBroken ? nil : .taken([Int32(member)])))
        }
        #expect(statements.batches.count <= 20 + 2 * flightCountMax)
        #expect(statements.runningMax <= flightCountMax)
        #expect(Set(statements.batches.joined()).count == 200)
        #expect(queue.waitingCount == 0)
    }

    @Test("nobody is forgotten when several statements go at once and requests take several turns", arguments: 1...40)
    func severalFlights(seed: Int) async throws {
        var limits = ReservationLimits()
        limits.batchRequestCountMax = 3
        limits.batchFlightCountMax = 3
        limits.busyAttemptCountMax = 5
        let count = Mutex(seed)
        let queue = HoldQueue(limits: limits) { requests in
            await Task.yield()
            return requests.map { request in
                // Every other one has to wait for its next turn.
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                return .success(number % 2 == 0 ? .busy([0]) : .taken([Int32(request.member)]))
            }
        }
        let answered = await withTaskGroup(of: Bool.self) { group in
            for member in Int64(1)...300 {
                group.addTask { (try? await queue.hold(Self.request(member))) != nil }
            }
            return await group.reduce(into: 0) { if $1 { $0 += 1 } }
        }
        #expect(answered == 300)
        #expect(queue.waitingCount == 0)
    }

    @Test("one alone is answered, again and again")
    func alone() async throws {
        let statements = Statements()
        statements.open()
        let queue = HoldQueue(limits: ReservationLimits()) { await statements.perform($0) }
        for member in Int64(1)...5 {
            #expect(try await queue.hold(Self.request(member)) == .taken([Int32(member)]))
        }
        #expect(statements.batches == [[1], [2], [3], [4], [5]])
    }

    @Test("many of one member follow each other")
    func oneMember() async throws {
        let statements = Statements()
        statements.open()
        var limits = ReservationLimits()
        limits.holdsWaitingOfMemberMax = 100
        let queue = HoldQueue(limits: limits) { await statements.perform($0) }
        let count = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { (try? await queue.hold(Self.request(1))) != nil } }
            return await group.reduce(into: 0) { if $1 { $0 += 1 } }
        }
        #expect(count == 50)
        #expect(statements.batches.allSatisfy { $0 == [1] })
    }

    @Test("who comes when too many wait is refused at once")
    func full() async throws {
        var limits = ReservationLimits()
        limits.holdsWaitingMax = 2
        let statements = Statements()
        let queue = HoldQueue(limits: limits) { await statements.perform($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await queue.hold(Self.request(1)) }
            await Self.wait { statements.batches.count == 1 }
            for member in Int64(2)...3 { group.addTask { _ = try await queue.hold(Self.request(member)) } }
            await Self.wait { queue.waitingCount == 2 }
            #expect(try await queue.hold(Self.request(4)) == nil)
            statements.open()
            try await group.waitForAll()
        }
        #expect(statements.batches == [[1], [2, 3]] || statements.batches == [[1], [3, 2]])
    }
}
