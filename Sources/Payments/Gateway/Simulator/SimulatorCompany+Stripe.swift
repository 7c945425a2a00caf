internal import Commerce
internal import HTTPServer
internal import Primitives

/// The part of Stripe's calls that this house makes, and what its script does in a browser (`confirm`).
extension SimulatorCompany {
    func stripeCreate(_ request: HTTPRequest) async -> HTTPResponse {
        let form = Self.form(request)
        return await self.intent(request) { bank, now throws(SimulatorFault) in
            guard let form, let amount = form.all("amount").first.flatMap({ DecimalText.parse($0.utf8) }),
                let currency = Currency(code: form.all("currency").first),
                StripeRequest.isPayable(Money(Int64(amount), currency))
            else { throw .toss("INVALID_REQUEST") }
            var metadata: [String: String] = [:]
            for name in ["order_id", "reservation_id", "payment_id"] {
                metadata[name] = form.all("metadata[\(name)]").first
            }
            var creation = SimulatorCreation(
                company: .stripe, orderID: metadata["order_id"] ?? bank.makeKey("order-"),
                orderName: form.all("description").first ?? "", total: Money(Int64(amount), currency))
            creation.metadata = metadata
            return try bank.create(creation, at: now)
        }
    }

    func stripeIntent(_ request: HTTPRequest, _ key: String?) async -> HTTPResponse {
        await self.intent(request) { bank, now throws(SimulatorFault) in
            bank.advance(to: now)
            return try Self.find(key, in: bank)
        }
    }

    func stripeConfirm(_ request: HTTPRequest, _ key: String?) async -> HTTPResponse {
        let method = Self.form(request)?.all("payment_method").first ?? "pm_card_visa"
        return await self.intent(request) { bank, now throws(SimulatorFault) in
            let payment = try Self.find(key, in: bank)
            guard let outcome = SimulatorMagic.decline(ofStripe: method) else { throw .toss("INVALID_REQUEST") }
            if let decline = outcome {
                try bank.decline(payment.key, code: decline.declineCode, at: now)
                throw SimulatorFault(status: 402, code: decline.declineCode)
            }
            return try bank.authenticate(payment.key, at: now)
        }
    }

    func stripeCapture(_ request: HTTPRequest, _ key: String?) async -> HTTPResponse {
        let form = Self.form(request)
        return await self.intent(request) { bank, now throws(SimulatorFault) in
            let payment = try Self.find(key, in: bank)
            var amount = payment.total.amount
            if let text = form?.all("amount_to_capture").first {
                guard let given = DecimalText.parse(text.utf8) else { throw .toss("INVALID_REQUEST") }
                amount = Int64(given)
            }
            return try bank.confirm(
                payment.key, orderID: payment.orderID, total: Money(amount, payment.total.currency), at: now)
        }
    }

    func stripeCancel(_ request: HTTPRequest, _ key: String?) async -> HTTPResponse {
        await self.intent(request) { bank, now throws(SimulatorFault) in
            try bank.void(try Self.find(key, in: bank).key, at: now)
        }
    }

    /// Understands the one query that we make.
    func stripeSearch(_ request: HTTPRequest) async -> HTTPResponse {
        await self.answer(request, as: .stripe) { bank, now in
            bank.advance(to: now)
            let query = Self.query(request)?.all("query").first ?? ""
            let order = query.split(separator: "'").last.map(String.init) ?? ""
            let found = bank.payment(ofOrder: order).flatMap { $0.company == .stripe ? $0 : nil }
            let body = SimulatorStripeText.bytes { writer in
                writer.object { writer in
                    writer.member("object", "search_result")
                    writer.member("has_more", false)
                    writer.name("data")
                    writer.array { writer in
                        if let found { SimulatorStripeText.intent(found, isExpanded: true, to: &writer) }
                    }
                }
            }
            return SimulatorAnswer(status: 200, body: body)
        }
    }

    // MARK: Refunds

    func stripeRefund(_ request: HTTPRequest) async -> HTTPResponse {
        let form = Self.form(request)
        return await self.stripe(request) { bank, now throws(SimulatorFault) in
            let payment = try Self.find(form?.all("payment_intent").first, in: bank)
            var amount: Int64?
            if let text = form?.all("amount").first {
                guard let given = DecimalText.parse(text.utf8) else { throw .toss("INVALID_REQUEST") }
                amount = Int64(given)
            }
            var metadata: [String: String] = [:]
            metadata["refund_id"] = form?.all("metadata[refund_id]").first
            let made = try bank.cancel(
                payment.key, amount: amount, reason: "requested_by_customer", metadata: metadata, at: now)
            return SimulatorStripeText.bytes {
                SimulatorStripeText.refund(made.cancel, of: made.payment, to: &$0)
            }
        }
    }

    func stripeRefund(_ request: HTTPRequest, _ key: String?) async -> HTTPResponse {
        await self.stripe(request) { bank, now throws(SimulatorFault) in
            bank.advance(to: now)
            for payment in bank.payments.values where payment.company == .stripe {
                guard let cancel = payment.cancels.first(where: { $0.key == key }) else { continue }
                return SimulatorStripeText.bytes { SimulatorStripeText.refund(cancel, of: payment, to: &$0) }
            }
            throw SimulatorFault(status: 404, code: "resource_missing")
        }
    }

    func stripeRefunds(_ request: HTTPRequest) async -> HTTPResponse {
        let query = Self.query(request)
        return await self.stripe(request) { bank, now throws(SimulatorFault) in
            bank.advance(to: now)
            let payment = try Self.find(query?.all("payment_intent").first, in: bank)
            var rest = payment.cancels[...]
            if let after = query?.all("starting_after").first {
                guard let index = rest.firstIndex(where: { $0.key == after }) else { throw .toss("INVALID_REQUEST") }
                rest = rest[(index + 1)...]
            }
            let countMax = query.map { Self.number($0, "limit", or: 10, max: 100) } ?? 10
            return SimulatorStripeText.list(hasMore: rest.count > countMax, url: "/v1/refunds") { writer in
                for cancel in rest.prefix(countMax) { SimulatorStripeText.refund(cancel, of: payment, to: &writer) }
            }
        }
    }

    func stripeDisputes(_ request: HTTPRequest) async -> HTTPResponse {
        let key = Self.query(request)?.all("payment_intent").first
        return await self.stripe(request) { bank, now throws(SimulatorFault) in
            bank.advance(to: now)
            let payment = try Self.find(key, in: bank)
            return SimulatorStripeText.list(hasMore: false, url: "/v1/disputes") { writer in
                if let dispute = payment.dispute { SimulatorStripeText.dispute(dispute, of: payment, to: &writer) }
            }
        }
    }

    func stripeTransactions(_ request: HTTPRequest) async -> HTTPResponse {
        let query = Self.query(request)
        return await self.stripe(request) { bank, now throws(SimulatorFault) in
            bank.advance(to: now)
            func time(_ name: String) -> WallClock? {
                GatewayTime.unix(query?.all(name).first.flatMap { DecimalText.parse($0.utf8) }.map(Int64.init))
            }
            guard let query, let from = time("created[gte]"), let to = time("created[lt]") else {
                throw .toss("INVALID_REQUEST")
            }
            let found = bank.movements(
                of: .stripe, from: from, to: to, after: query.all("starting_after").first,
                countMax: Self.number(query, "limit", or: 10, max: 100))
            return SimulatorStripeText.list(hasMore: found.hasMore, url: "/v1/balance_transactions") { writer in
                for row in found.rows { SimulatorStripeText.balance(row, to: &writer) }
            }
        }
    }

    // MARK: Helpers

    private func intent(
        _ request: HTTPRequest,
        _ execute: @Sendable (inout SimulatorBank, WallClock) throws(SimulatorFault) -> SimulatorPayment
    ) async -> HTTPResponse {
        let parameters = request.method == .post ? Self.form(request) : Self.query(request)
        let isExpanded = parameters?.all("expand[]").isEmpty == false
        return await self.stripe(request) { bank, now throws(SimulatorFault) in
            let payment = try execute(&bank, now)
            return SimulatorStripeText.bytes {
                SimulatorStripeText.intent(payment, isExpanded: isExpanded, to: &$0)
            }
        }
    }

    private func stripe(
        _ request: HTTPRequest,
        _ execute: @Sendable (inout SimulatorBank, WallClock) throws(SimulatorFault) -> [UInt8]
    ) async -> HTTPResponse {
        await self.answer(request, as: .stripe) { bank, now in
            do throws(SimulatorFault) {
                return SimulatorAnswer(status: 200, body: try execute(&bank, now))
            } catch { return Self.stripeError(error) }
        }
    }

    private static func form(_ request: HTTPRequest) -> HTTPQuery? {
        // What is wrong with a form is told by the code that misses something in it.
        try? HTTPQuery(request.body[...])
    }

    private static func find(_ key: String?, in bank: SimulatorBank) throws(SimulatorFault) -> SimulatorPayment {
        guard let key, let payment = bank.payments[key], payment.company == .stripe else {
            throw SimulatorFault(status: 404, code: "resource_missing")
        }
        return payment
    }

    /// The bank speaks Toss's language; this is the same in Stripe's.
    private static func stripeError(_ fault: SimulatorFault) -> SimulatorAnswer {
        func invalid(_ status: Int, _ code: String?) -> SimulatorAnswer {
            SimulatorAnswer(
                status: status, body: SimulatorStripeText.errorBody("invalid_request_error", code))
        }
        func card(_ code: String, _ declineCode: String) -> SimulatorAnswer {
            SimulatorAnswer(status: 402, body: SimulatorStripeText.errorBody("card_error", code, declineCode))
        }
        switch fault.code {
        case "NOT_FOUND_PAYMENT", "resource_missing": return invalid(404, "resource_missing")
        case "NOT_FOUND_PAYMENT_SESSION", "ALREADY_PROCESSED_PAYMENT", "payment_intent_unexpected_state":
            return invalid(400, "payment_intent_unexpected_state")
        case "INVALID_REQUEST": return invalid(400, "parameter_invalid_integer")
        case "BELOW_MINIMUM_AMOUNT": return invalid(400, "amount_too_small")
        case "ALREADY_CANCELED_PAYMENT": return invalid(400, "charge_already_refunded")
        case "NOT_CANCELABLE_PAYMENT", "NOT_ALLOWED_PARTIAL_REFUND": return invalid(400, "charge_not_refundable")
        case "charge_disputed": return invalid(400, "charge_disputed")
        case "expired_card", "incorrect_cvc": return card(fault.code, fault.code)
        case "generic_decline", "insufficient_funds": return card("card_declined", fault.code)
        case _ where TossCodes.declines[fault.code] != nil: return card("card_declined", "generic_decline")
        case _ where fault.status >= 500:
            return SimulatorAnswer(
                status: fault.status, body: SimulatorStripeText.errorBody("api_error", nil))
        default: return invalid(fault.status, nil)
        }
    }
}
