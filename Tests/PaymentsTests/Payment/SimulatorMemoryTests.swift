import Commerce
import HTTPServer
import Postgres
import Primitives
import Testing

@testable import Payments

@Suite("A simulated company that begins again", .timeLimit(.minutes(5)))
struct SimulatorMemoryTests {
    @Test("is reminded of what it sold, so that refunds of it end, and its list is what it was")
    func reminded() async throws {
        let first = try GatewayRig()
        let rig = try PaymentRig(companies: first, company: "simulator")
        func pay() async throws -> PaymentRow {
            try await rig.payments.decide(
                try rig.reservation([60_000, 40_000]), by: PaymentRig.member, isSuccess: true, with: first.simulator)
        }
        let (one, two) = (try await pay(), try await pay())
        let seat = one.reservationID * 100
        let part = try await rig.payments.refund(
            one.id, seats: [seat], reason: "", by: .member(PaymentRig.member))
        #expect(try await rig.refunds.work(on: part.id).status == .succeeded)
        let before = first.company.withBank { bank, _ in (bank.books, bank.movements.map(\.key).sorted()) }

        let second = try GatewayRig(seed: 2)
        let again = try PaymentRig(url: rig.url, companies: second, company: "simulator")
        try await again.payments.remind(second.company)
        try await again.payments.remind(second.company)
        let after = second.company.withBank { bank, _ in (bank.books, bank.movements.map(\.key).sorted()) }
        #expect(after.0 == before.0 && after.1 == before.1)
        for payment in [one, two] {
            let refund = try await again.payments.refund(
                payment.id, seats: nil, reason: "", by: .member(PaymentRig.member))
            #expect(try await again.refunds.work(on: refund.id).status == .succeeded)
            #expect(try await again.row(payment).state.status == .canceled)
            #expect(second.book(payment.orderID)?.kept == 0)
        }
        #expect(try await again.payments.checkInvariants().isEmpty)
    }
}
