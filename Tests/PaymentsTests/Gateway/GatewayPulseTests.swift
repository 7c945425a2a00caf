import Observability
import Testing

@testable import Payments

@Suite("Whether a company is there")
struct GatewayPulseTests {
    @Test("is told by its silence, and not when nobody can use its answer, or nobody asked")
    func pulse() async throws {
        let key = GatewayPaymentKey(orderID: "podo-1", providerKey: nil)
        /// Of one that was asked nothing before.
        func isAnswering(_ doubt: GatewayDoubt) async -> Bool? {
            let scripted = ScriptedGateway()
            let gateway = MeteredGateway(scripted, registry: MetricsRegistry(loopCount: 1))
            scripted.change { $0.abandonment = .unknown(doubt) }
            _ = await gateway.abandon(key)
            return gateway.pulse.last.isAnswering
        }
        let silences: [GatewayDoubt.Reason] = [.timedOut, .connectionLost, .companyFailed, .unreadable, .notSent]
        for reason in GatewayDoubt.Reason.allCases {
            #expect(await isAnswering(GatewayDoubt(reason)) == !silences.contains(reason), "\(reason)")
        }
        #expect(await isAnswering(.notAsked("no-key")) == nil)
    }
}
