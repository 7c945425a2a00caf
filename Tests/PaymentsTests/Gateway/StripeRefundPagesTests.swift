import Commerce
import Testing

@testable import Payments

@Suite("Many refunds of one payment at Stripe", .timeLimit(.minutes(5)))
struct StripeRefundPagesTests {
    @Test("are read page by page where the charge has no room for them") func manyRefunds() async throws {
        let rig = try GatewayRig()
        let paid = try await rig.paid(rig.stripe, GatewayRig.order("podo-000001"))
        rig.company.withBank { bank, now in
            for _ in 0..<150 { bank.refundExternally(paid.providerKey, amount: 100, at: now) }
        }
        let ours = GatewayRig.refund(paid, 500, number: 1)
        // More than one page has none of ours.
        #expect(await rig.stripe.fetchRefund(ours) == .absent)
        rig.company.withBank { bank, _ in bank.settings.cancelCountMax = 1000 }
        #expect(await rig.stripe.refund(ours).word == "refunded")
        #expect(await rig.stripe.fetchRefund(ours).word == "refunded")
        for key in [paid.providerKey, nil] {
            let read = await rig.stripe.fetch(GatewayPaymentKey(orderID: "podo-000001", providerKey: key))
            let cancels = try #require(read.snapshot?.cancels)
            #expect(cancels.count == 151 && Set(cancels.map(\.key)).count == 151)
            #expect(cancels.filter { $0.refundID == 1 }.count == 1)
        }
    }
}
