import Foundation
import Payments
import Testing
import Ticketing

@testable import podo

/// Administrators read words, not codes.
@Suite struct StaffTextTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Web/js/manage-texts.js")

    @Test("every rule and every status that the administration shows has a text in both languages")
    func words() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        let found = Set(text.matches(of: /"([A-Za-z.-]+\.[A-Za-z_-]+)": \["[^"]+", "[^"]+"\],/).map { String($0.1) })
        var wanted = TicketingInvariants.all.map { "rule.\($0.name)" } + PaymentInvariants.names.map { "rule.\($0)" }
        wanted += PaymentStatus.allCases.map { "payment.status.\($0.rawValue)" }
        wanted += PaymentPhase.allCases.map { "payment.phase.\($0.rawValue)" }
        wanted += RefundStatus.allCases.map { "refund.status.\($0.rawValue)" }
        wanted += RefundCause.allCases.map { "refund.cause.\($0.rawValue)" }
        wanted += SettlementStatus.allCases.map { "settlement.status.\($0.rawValue)" }
        wanted += BookDifference.Kind.allCases.map { "difference.\($0.rawValue)" }
        wanted += HouseState.Dependency.State.allCases.map { "state.is.\($0.rawValue)" }
        let missing = Set(wanted).subtracting(found)
        #expect(wanted.count > 40 && missing.isEmpty, "\(missing.sorted())")
    }
}
