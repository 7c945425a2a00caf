import HTTPServer
import Postgres
import Primitives
import Reactor
import TestSupport
import Testing

@testable import Payments
@testable import Ticketing

/// What the simulation does not do, where everything comes one after another: many pay in one commit.
@Suite("A crowd that pays at the same moment", .timeLimit(.minutes(10)))
struct CrowdTests {
    /// A company that says what it is told to, and keeps no books.
    private struct Teller: PaymentDecider {
        func decide(_ order: GatewayOrder, isSuccess: Bool) -> GatewayOutcome {
            guard isSuccess else {
                return .declined(GatewayDecline(code: "REJECT_CARD", message: HTTPWording("No.", korean: "거절")))
            }
            return .approved(
                GatewaySnapshot(
                    orderID: order.orderID, providerKey: "key-" + order.orderID, status: .paid, providerStatus: "DONE",
                    total: order.total, balance: order.total))
        }
    }

    @Test("has what it paid for, each once, whoever lets go, is refused or comes twice meanwhile")
    func crowd() async throws {
        let sale = try SaleDatabase()
        let task = Task(executorPreference: sale.group.loops[0]) { () async throws -> [String] in
            let world = SaleWorld(seed: 1, on: sale)
            var random = SplitMix(seed: 7)
            var faults: [String] = []
            for _ in 0..<20 {
                try await sale.reset(daysBefore: 5)
                let told = try await Self.round(world, &random)
                let broken = try await sale.broken()
                if !broken.isEmpty { faults.append(broken) }
                faults += told.filter { !Self.words.contains($0) }
            }
            return faults
        }
        #expect(try await task.value == [])
    }

    /// All that a buyer may be told.
    private static let words: Set<String> = [
        "COMPLETED", "FAILED", "already-paid", "payment-in-progress", "hold-expired", "released", "invalid-state",
        "declined",
    ]

    /// Every seat is held by somebody; then all of them pay, some twice, some in vain, and some let go.
    private static func round(_ world: SaleWorld, _ random: inout SplitMix) async throws -> [String] {
        var acts: [@Sendable () async -> String] = []
        let house = world.house
        for number in 0..<Int32(SaleDatabase.rowCount * SaleDatabase.columnCount) {
            let member = SaleDatabase.buyers.lowerBound + Int64(number) % 6
            let outcome = try await house.reservations.hold(
                schedule: SaleDatabase.schedule, member: member, seats: [world.seat(number)])
            guard case .held(let hold) = outcome else { return ["\(outcome)"] }
            let isSuccess = random.next(below: 5) > 0
            for _ in 0...random.next(below: 2) {
                acts.append { await Self.pay(house, hold.reservation, member, isSuccess) }
            }
            if random.next(below: 4) == 0 {
                acts.append { await Self.release(house, hold.reservation, member) }
            }
        }
        return await withTaskGroup(of: String.self) { group in
            for act in acts.shuffled(using: &random) { group.addTask(operation: act) }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func pay(
        _ house: SaleHouse, _ reservation: Int64, _ member: Int64, _ isSuccess: Bool
    ) async -> String {
        await Self.word {
            try await house.payments.decide(reservation, by: member, isSuccess: isSuccess, with: Teller())
                .state.status.rawValue
        }
    }

    private static func release(_ house: SaleHouse, _ reservation: Int64, _ member: Int64) async -> String {
        await Self.word {
            try await house.reservations.release(reservation, of: member)
            return "released"
        }
    }

    private static func word(_ body: () async throws -> String) async -> String {
        do { return try await body() } catch let problem as HTTPProblem { return problem.code.description } catch {
            return "\(error)"
        }
    }
}
