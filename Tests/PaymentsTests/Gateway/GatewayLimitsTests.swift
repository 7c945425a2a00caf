import HTTPClient
import HTTPServer
import Primitives
import Testing

@testable import Payments

@Suite("The bounds of talk with companies")
struct GatewayLimitsTests {
    /// A buyer whose company is slow is told that it is not known yet, before his own request is given up; and nobody
    /// looks at a payment, or takes its row, while it may be asked for.
    @Test("end in order: reading, taking money, the buyer's request, the first look, the lease of a row")
    func order() {
        let (company, own) = (GatewayLimits(), PaymentLimits())
        let request = HTTPLimits().handlerTime
        let margin: Int64 = 5_000_000_000
        #expect(GatewayLimits.client.connectTime < company.readTime)
        #expect(company.readTime < company.writeTime)
        #expect(company.writeTime.nanoseconds + margin < request.nanoseconds)
        #expect(company.writeTime.nanoseconds + margin < own.firstLookTime.nanoseconds)
        // A row is read by key, by order and by its disputes, and then asked for once.
        #expect(3 * company.readTime.nanoseconds + company.writeTime.nanoseconds < own.leaseTime.nanoseconds)
        #expect(own.firstLookTime < own.absenceTime)
        #expect(own.absenceTime < own.alarmTime)
        #expect(own.hintByteCountMax <= own.webhookByteCountMax)
    }
}
