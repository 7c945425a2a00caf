internal import Commerce
internal import HTTPServer
internal import Primitives

/// Refunds: Toss calls them cancels, and has no key of ours for them. Ours stands at the end of the reason.
extension TossAnswer {
    static let reasonLengthMax = 200

    /// What ends the reason of our refund of this number.
    static func mark(_ refundID: Int64) -> String { " #\(refundID)" }

    /// The number that a reason ends with; nil when it ends with none.
    static func refundID(ofReason reason: String) -> Int64? {
        let text = Array(reason.utf8)
        guard let place = text.lastIndex(of: UInt8(ascii: "#")), place > 0, text[place - 1] == UInt8(ascii: " "),
            let number = DecimalText.parse(text[(place + 1)...])
        else { return nil }
        return Int64(exactly: number)
    }

    /// As much of the reason as there is room for, and the mark.
    static func reason(of refund: GatewayRefund) -> String {
        let mark = Self.mark(refund.refundID)
        return GatewayText.prefix(refund.reason, Self.reasonLengthMax - mark.unicodeScalars.count) + mark
    }

    /// The answer to a request to cancel.
    static func refund(_ answer: GatewayAnswer, of refund: GatewayRefund) -> GatewayRefundOutcome {
        guard answer.status == 200 else { return self.refundError(answer) }
        let outcome = self.refundReading(answer, of: refund)
        // The books of the company do not show what it has just said yes to: somebody else has to explain that.
        if case .absent = outcome { return .unknown(GatewayDoubt(.mismatch)) }
        return outcome
    }

    /// What a payment that was read says of our refund.
    static func refundReading(_ answer: GatewayAnswer, of refund: GatewayRefund) -> GatewayRefundOutcome {
        switch self.reading(answer, of: refund.payment) {
        case .unknown(let doubt): return .unknown(doubt)
        case .absent: return .unknown(GatewayDoubt(.codeUnclear, code: "NOT_FOUND_PAYMENT"))
        case .found(let payment): return self.outcome(of: refund, in: payment)
        }
    }

    static func outcome(of refund: GatewayRefund, in payment: GatewaySnapshot) -> GatewayRefundOutcome {
        let mark = Array(self.mark(refund.refundID).utf8)
        let ours = payment.cancels.filter { cancel in
            if let key = refund.providerRefundKey { return cancel.key.utf8.elementsEqual(key.utf8) }
            return cancel.reason.map { Array($0.utf8).suffix(mark.count).elementsEqual(mark) } ?? false
        }
        // A try that failed may stand beside one that did not.
        guard let cancel = ours.first(where: { $0.status != .failed }) ?? ours.first else { return .absent }
        guard cancel.amount == refund.amount else { return .unknown(GatewayDoubt(.mismatch)) }
        switch cancel.status {
        case .done: return .refunded(cancel, payment)
        case .pending: return .pending(cancel)
        case .failed: return .refused(GatewayDecline(code: "ABORTED", message: GatewayWording.refund))
        }
    }

    private static func refundError(_ answer: GatewayAnswer) -> GatewayRefundOutcome {
        guard let code = self.errorCode(answer) else {
            return answer.status == 429 ? .tryLater(answer.doubt()) : .unknown(answer.doubt())
        }
        if answer.status == 429 { return .tryLater(GatewayDoubt(.throttled, code: code)) }
        guard (400..<500).contains(answer.status) else { return .unknown(answer.doubt(code)) }
        switch TossCodes.canceling(code) {
        case .refused(let wording): return .refused(GatewayDecline(code: code, message: wording))
        case .later: return .tryLater(GatewayDoubt(.throttled, code: code))
        case .misconfigured, .running, .unclear: return .unknown(self.doubt(answer, code))
        }
    }
}
