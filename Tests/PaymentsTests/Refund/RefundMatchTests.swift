import Commerce
import HTTPServer
import Postgres
import Testing

@testable import Payments

@Suite("Two refunds of the same sum", .timeLimit(.minutes(5)))
struct RefundMatchTests {
    private static let me = RefundParty.member(PaymentRig.member)

    /// Two of one payment; the company has done the second alone, and neither answer came.
    private static func secondDone(
        _ rig: PaymentRig
    ) async throws -> (payment: PaymentRow, first: RefundRow, second: RefundRow) {
        let payment = try await rig.paid()
        var refunds: [RefundRow] = []
        for index in 0..<2 as Range<Int64> {
            let seat = payment.reservationID * 100 + index
            refunds.append(try await rig.payments.refund(payment.id, seats: [seat], reason: "", by: Self.me))
        }
        rig.gateway.refunds(.lostBefore, .lostAfter)
        for refund in refunds { #expect(try await rig.refunds.work(on: refund.id).status == .unknown) }
        return (payment, refunds[0], refunds[1])
    }

    @Test("are told apart by our number, which the company keeps")
    func number() async throws {
        let rig = try PaymentRig()
        let (payment, first, second) = try await Self.secondDone(rig)
        try await rig.reconciler.look(at: payment.id)
        #expect(try await rig.payments.refund(first.id)?.status == .unknown)
        #expect(try await rig.payments.refund(second.id)?.status == .succeeded)
        try await rig.workAll()
        #expect(try await rig.payments.refund(first.id)?.status == .succeeded)
        #expect(try await rig.row(payment).refunded == 100_000)
        #expect(rig.metric(#"podo_payments_incidents_total{kind="refund-reversed"}"#) == 0)
        try await rig.checkBooks()
    }

    @Test("by hand, before ours is done, leave ours to itself")
    func byHandFirst() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        rig.gateway.refunds(.lostAfter)
        let refund = try await rig.payments.refund(
            payment.id, seats: [payment.reservationID * 100], reason: "", by: Self.me)
        rig.gateway.refundElsewhere(payment, 50_000)
        _ = try await rig.refunds.work(on: refund.id)
        try await rig.reconciler.look(at: payment.id)
        let key = try #require(try await rig.payments.refund(refund.id)?.providerKey)
        #expect(key.hasPrefix("cancel-"))
        #expect(
            try rig.sql("SELECT string_agg(cause || ' ' || status, ', ' ORDER BY id) FROM refund")
                == "MEMBER SUCCEEDED, EXTERNAL SUCCEEDED")
        try await rig.checkBooks()
    }

    @Test("of which one was taken for the other: the key is the other's again, and a person tries the one")
    func mistaken() async throws {
        let rig = try PaymentRig()
        let (payment, first, second) = try await Self.secondDone(rig)
        // As if the company had not kept the number.
        rig.gateway.change { $0.entries[payment.orderID]?.cancels[0].refundID = nil }
        try await rig.reconciler.look(at: payment.id)
        #expect(try await rig.payments.refund(first.id)?.status == .succeeded)
        try rig.makeDue()
        _ = try await rig.refunds.work()
        #expect(try await rig.payments.refund(second.id)?.status == .succeeded)
        #expect(try await rig.payments.refund(first.id)?.status == .reversed)
        let row = try await rig.row(payment)
        #expect(row.refunded == 50_000 && row.refundPending == 50_000)
        #expect(try await rig.payments.checkInvariants().isEmpty)
        let open = try #require(try await rig.payments.refunds(of: payment.id).last)
        #expect(open.status == .failed && open.failureCode == "reversed")
        _ = try await rig.payments.retry(open.id, by: PaymentRig.manager)
        try await rig.workAll()
        #expect(try await rig.row(payment).refunded == 100_000)
        try await rig.checkBooks()
    }

    @Test("and a number that a person wrote is believed only where it is one of that payment's")
    func foreignNumber() {
        func cancel(_ key: String, _ number: Int64?, _ amount: Int64) -> GatewayCancel {
            var cancel = GatewayCancel(key: key, amount: Money(amount), status: .done, at: nil, reason: nil)
            cancel.refundID = number
            return cancel
        }
        var refund = RefundRow.requested
        refund.amount = Money(50_000)
        let sorted = RefundMatch.sorted(
            [cancel("a", nil, 50_000), cancel("b", 6, 50_000), cancel("c", 5, 40_000), cancel("d", 5, 50_000)],
            by: [refund])
        #expect(sorted.map(\.key) == ["d", "a", "b", "c"])
        #expect(sorted.map(\.refundID) == [5, nil, nil, nil])
        #expect(RefundMatch.index(of: sorted[0], in: [refund], sorted) == 0)
        #expect(RefundMatch.index(of: sorted[1], in: [refund], sorted) == nil)
        refund.status = .superseded
        #expect(RefundMatch.sorted([cancel("d", 5, 50_000)], by: [refund]).first?.refundID == nil)
    }
}
