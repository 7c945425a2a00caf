import Commerce
import Testing

@testable import Payments

@Suite("What Stripe says of disputes")
struct StripeDisputeTests {
    private static func dispute(
        _ status: String, moves: [Int], amount: String = "2500", currency: String = "usd"
    ) -> String {
        let moves = moves.map { #"{"object":"balance_transaction","amount":\#($0),"currency":"usd"}"# }
        return #"{"id":"dp_1","object":"dispute","amount":\#(amount),"currency":"\#(currency)","status":"\#(status)","#
            + #""payment_intent":"pi_1","balance_transactions":[\#(moves.joined(separator: ","))]}"#
    }

    private static func read(_ disputes: [String], hasMore: Bool = false, status: Int = 200) throws -> GatewayReading {
        let intent = GatewayTexts.answer(200, GatewayTexts.intent())
        let snapshot = try #require(intent.json.flatMap(StripeAnswer.payment))
        let list = #"{"object":"list","has_more":\#(hasMore),"data":[\#(disputes.joined(separator: ","))]}"#
        return StripeAnswer.disputed(snapshot, GatewayTexts.answer(status, list))
    }

    @Test(
        "the money is gone when it was withdrawn, back when it was reinstated, and never gone by an inquiry",
        arguments: [
            ("warning_needs_response", [], true, nil), ("warning_closed", [], false, nil),
            ("needs_response", [-2500], true, .done), ("under_review", [-2500], true, .done),
            ("under_review", [], true, nil), ("won", [-2500, 2500], false, .failed), ("won", [-2500], false, .done),
            ("lost", [-2500], false, .done), ("lost", [], false, .done),
        ] as [(String, [Int], Bool, GatewayCancel.Status?)])
    func where_(status: String, moves: [Int], isOpen: Bool, money: GatewayCancel.Status?) throws {
        let snapshot = try #require(try Self.read([Self.dispute(status, moves: moves)]).snapshot)
        #expect(snapshot.isDisputed == isOpen)
        #expect(snapshot.cancels.map(\.status) == (money.map { [$0] } ?? []))
        #expect(snapshot.cancels.allSatisfy { $0.isChargeback && $0.key == "dp_1" && $0.amount == Money(2500, .usd) })
        #expect(snapshot.balance == Money(money == .done ? 0 : 2500, .usd))
    }

    @Test(
        "what came back of a dispute that is lost is not gone",
        arguments: [
            ([-2500, 1000], 1500, .done), ([-2500, 500, 500], 1500, .done), ([-2500, 2500], 2500, .failed),
            // Of another currency, by its part.
            ([-3_000_000, 1_200_000], 1500, .done), ([1000], 2500, .done), ([-1_000_000_000_000, 1], 2500, .done),
        ] as [([Int], Int64, GatewayCancel.Status)])
    func partLost(moves: [Int], amount: Int64, status: GatewayCancel.Status) throws {
        let snapshot = try #require(try Self.read([Self.dispute("lost", moves: moves)]).snapshot)
        #expect(snapshot.cancels.map(\.amount) == [Money(amount, .usd)])
        #expect(snapshot.cancels.map(\.status) == [status])
        #expect(snapshot.balance == Money(status == .done ? 2500 - amount : 2500, .usd))
    }

    @Test("what cannot be read is no reading: money that is gone would be believed to be there")
    func unreadable() throws {
        for text in [
            Self.dispute("new_word", moves: []), Self.dispute("lost", moves: [], amount: "-1"),
            Self.dispute("lost", moves: [], currency: "eur"), "7",
            #"{"id":"dp_1","object":"dispute","amount":1,"currency":"usd","status":"lost"}"#,
        ] { #expect(try Self.read([text]).word == "unknown unreadable", "\(text)") }
        #expect(try Self.read([], hasMore: true).word == "unknown status-unclear")
        #expect(try Self.read([], status: 500).word == "unknown company-failed")
        #expect(try Self.read([]).snapshot?.isDisputed == false)
    }

    @Test("a capture of a part is money of another sum than was asked for")
    func partCaptured() throws {
        let answer = GatewayTexts.answer(200, GatewayTexts.intent(received: "1000"))
        let snapshot = try #require(answer.json.flatMap(StripeAnswer.payment))
        #expect(snapshot.total == Money(1000, .usd) && snapshot.balance == Money(1000, .usd))
        var payment = PaymentRow.unknown
        payment.orderID = "podo-000123"
        payment.total = Money(2500, .usd)
        guard case .mispaid = PaymentFinding(snapshot, of: payment) else {
            Issue.record("not mispaid")
            return
        }
    }
}
