import Primitives
import Reactor
import Testing

@testable import Payments
@testable import Ticketing

/// What the simulation has found, told on purpose.
@Suite("A concert that is canceled")
struct CanceledConcertTests {
    @Test("ends a hold that has lapsed, at once, and one that has not, when consumers are told")
    func ends() async throws {
        let sale = try SaleDatabase()
        let task = Task(executorPreference: sale.group.loops[0]) { () async throws -> (String, String, Int?) in
            let world = SaleWorld(seed: 1, on: sale)
            try await sale.reset(daysBefore: 5)
            try await world.house.start()
            for (member, number) in [(11, 0), (12, 1)] as [(Int64, Int32)] {
                let outcome = try await world.house.reservations.hold(
                    schedule: SaleDatabase.schedule, member: member, seats: [world.seat(number)])
                guard case .held = outcome else { return ("not held", "", 0) }
                // The first of them lapses.
                if number == 0 { try await world.pass(.milliseconds(301_370)) }
            }
            try await world.house.cancelConcert()
            let broken = try await sale.broken()
            // Transactions of other suites on the same server hold events back for a while.
            for _ in 0..<1000 {
                _ = try await world.house.relayOnce()
                if try await !sale.unsettled().contains("outbox-waits") { break }
            }
            _ = try await world.house.refunds.work()
            return (broken, try await sale.unsettled(), try sale.blockedCount())
        }
        let (broken, waiting, blocked) = try await task.value
        #expect(broken == "")
        #expect(waiting == "")
        #expect(blocked == 7)
    }
}
