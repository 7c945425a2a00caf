internal import Commerce
internal import HTTPClient
internal import HTTPServer
internal import Primitives

/// Toss's calls.
extension SimulatorCompany {
    func tossCreate(_ request: HTTPRequest) async -> HTTPResponse {
        let body = GatewayJSON(request.body, byteCountMax: request.body.count)
        return await self.toss(request) { bank, now throws(SimulatorFault) in
            guard let body, let orderID = body.string("orderId"), let name = body.string("orderName"),
                let total = Self.money(body), let success = Self.url(body, "successUrl"),
                let fail = Self.url(body, "failUrl")
            else { throw .toss("INVALID_REQUEST") }
            var creation = SimulatorCreation(
                company: .toss, orderID: orderID, orderName: name,
                isVirtualAccount: body.string("method") == "가상계좌", total: total, successURL: success, failURL: fail)
            if let hours = body.integer("validHours") {
                guard (1...720).contains(hours) else { throw .toss("INVALID_REQUEST") }
                creation.depositTime = .seconds(hours * 3600)
            }
            return try bank.create(creation, at: now)
        }
    }

    func tossConfirm(_ request: HTTPRequest) async -> HTTPResponse {
        let body = GatewayJSON(request.body, byteCountMax: request.body.count)
        return await self.toss(request) { bank, now throws(SimulatorFault) in
            guard let body, let key = body.string("paymentKey"), let orderID = body.string("orderId") else {
                throw .toss("INVALID_REQUEST")
            }
            // The amount is in the currency that the payment has.
            let currency = bank.payments[key]?.total.currency ?? .krw
            guard let amount = GatewayAmount.major(body["amount"], currency) else { throw .toss("INVALID_REQUEST") }
            return try bank.confirm(key, orderID: orderID, total: Money(amount, currency), at: now)
        }
    }

    func tossCancel(_ request: HTTPRequest, _ key: String?) async -> HTTPResponse {
        let body = GatewayJSON(request.body, byteCountMax: request.body.count)
        return await self.toss(request) { bank, now throws(SimulatorFault) in
            guard let body, let key, let reason = body.string("cancelReason", lengthMax: 800) else {
                throw .toss("INVALID_REQUEST")
            }
            guard let payment = bank.payments[key] else { throw .toss("NOT_FOUND_PAYMENT") }
            var amount: Int64?
            if let given = body["cancelAmount"] {
                amount = GatewayAmount.major(given, payment.total.currency)
                if amount == nil { throw .toss("INVALID_REQUEST") }
            }
            // What came by transfer goes back by one, and somebody has to say where to.
            if payment.isVirtualAccount, payment.isCaptured {
                guard let account = body.object("refundReceiveAccount") else {
                    throw .toss("INVALID_REFUND_ACCOUNT_INFO")
                }
                guard account.string("bank") != nil else { throw .toss("INVALID_BANK") }
                guard let number = account.string("accountNumber", lengthMax: 20),
                    number.utf8.allSatisfy({ (0x30...0x39).contains($0) }), number.utf8.contains(where: { $0 != 0x30 })
                else { throw .toss("INVALID_REFUND_ACCOUNT_NUMBER") }
            }
            return try bank.cancel(key, amount: amount, reason: reason, at: now).payment
        }
    }

    func tossPayment(_ request: HTTPRequest, key: String?, order: String?) async -> HTTPResponse {
        await self.toss(request) { bank, now throws(SimulatorFault) in
            bank.advance(to: now)
            let found = key.flatMap { bank.payments[$0] } ?? order.flatMap { bank.payment(ofOrder: $0) }
            guard let found, found.company == .toss else { throw .toss("NOT_FOUND_PAYMENT") }
            return found
        }
    }

    func tossTransactions(_ request: HTTPRequest) async -> HTTPResponse {
        await self.answer(request, as: .toss) { bank, now in
            bank.advance(to: now)
            guard let query = Self.query(request), let from = Self.time(query, "startDate"),
                let to = Self.time(query, "endDate")
            else { return Self.tossError(.toss("INVALID_REQUEST")) }
            let limit = Self.number(query, "limit", or: 100, max: 10_000)
            let rows = bank.movements(
                of: .toss, from: from, to: to, after: query.all("startingAfter").first, countMax: limit
            ).rows
            return Self.list(rows, SimulatorTossText.transaction)
        }
    }

    /// By days in Korea, both included; pages count from 1.
    func tossSettlements(_ request: HTTPRequest) async -> HTTPResponse {
        await self.answer(request, as: .toss) { bank, now in
            bank.advance(to: now)
            guard let query = Self.query(request), let first = query.all("startDate").first,
                let last = query.all("endDate").first, first.utf8.count == 10, last.utf8.count == 10
            else { return Self.tossError(.toss("INVALID_REQUEST")) }
            let (page, size) = (
                Self.number(query, "page", or: 1, max: 10_000), Self.number(query, "size", or: 100, max: 5000)
            )
            let rows = bank.movements.filter { movement in
                let day = String(GatewayTime.korean(movement.at).prefix(10))
                return movement.company == .toss && day >= first && day <= last
            }
            return Self.list(rows.dropFirst((page - 1) * size).prefix(size), SimulatorTossText.settlement)
        }
    }

    // MARK: Helpers

    private func toss(
        _ request: HTTPRequest,
        _ execute: @Sendable (inout SimulatorBank, WallClock) throws(SimulatorFault) -> SimulatorPayment
    ) async -> HTTPResponse {
        await self.answer(request, as: .toss) { bank, now in
            do throws(SimulatorFault) {
                let payment = try execute(&bank, now)
                let settings = bank.settings
                return SimulatorAnswer(
                    status: 200,
                    body: SimulatorTossText.bytes { SimulatorTossText.payment(payment, settings, to: &$0) })
            } catch { return Self.tossError(error) }
        }
    }

    private static func list(
        _ rows: some Sequence<SimulatorMovement>, _ write: (SimulatorMovement, inout JSONWriter) -> Void
    ) -> SimulatorAnswer {
        let body = SimulatorTossText.bytes { writer in
            writer.array { writer in
                for row in rows { write(row, &writer) }
            }
        }
        return SimulatorAnswer(status: 200, body: body)
    }

    private static func money(_ body: GatewayJSON) -> Money? {
        let currency = Currency(code: body.string("currency") ?? Currency.krw.rawValue)
        guard let currency, let amount = GatewayAmount.major(body["amount"], currency) else { return nil }
        return Money(amount, currency)
    }

    private static func url(_ body: GatewayJSON, _ name: String) -> String? {
        body.string(name, lengthMax: 2000).flatMap { HTTPClientURL($0)?.text }
    }

    private static func time(_ query: HTTPQuery, _ name: String) -> WallClock? {
        GatewayTime.rfc3339(query.all(name).first)
    }

    static func number(_ query: HTTPQuery, _ name: String, or standard: Int, max: Int) -> Int {
        guard let text = query.all(name).first, let number = DecimalText.parse(text.utf8) else { return standard }
        return Swift.min(Swift.max(number, 1), max)
    }
}
