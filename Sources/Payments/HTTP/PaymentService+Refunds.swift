internal import Commerce
internal import HTTPServer
internal import Primitives

/// Handlers of refunds and settlements.
extension PaymentService {
    func quote(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let seats = try Self.seats(request.decodeQuery())
        let quote = try await PaymentProblems.guarded {
            try await self.payments.quote(id, seats: seats, by: .member(caller.memberID))
        }
        return Self.uncached(HTTPResponse(json: QuoteAnswer(quote: quote)))
    }

    /// The promise is kept at once where the company answers at once; otherwise the worker goes on with it.
    func refund(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let input = try request.decodeJSON(RefundInput.self)
        return try await self.refund(id, input, by: .member(caller.memberID))
    }

    /// A manager gives back everything, whatever the rules say.
    func refundForManager(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let input = try request.decodeJSON(RefundInput.self)
        return try await self.refund(id, input, by: .manager(caller.memberID))
    }

    private func refund(_ id: Int64, _ input: RefundInput, by party: RefundParty) async throws -> HTTPResponse {
        let (refund, payment) = try await PaymentProblems.guarded {
            try await self.account(input.account, for: id, by: party)
            let asked = try await self.payments.refund(id, seats: input.seats, reason: input.reason, by: party)
            let refund = asked.status == .succeeded ? asked : try await self.refundWorker.work(on: asked.id)
            return (refund, try await self.payments.payment(id, of: nil))
        }
        let answer = RefundAnswer(refund: refund, paymentStatus: payment?.state.status)
        return Self.uncached(HTTPResponse(refund.status == .succeeded ? .ok : .accepted, json: answer))
    }

    /// Who changes his mind says where to; whom everything is given back to may say it later.
    private func account(_ account: GatewayRefundAccount?, for id: Int64, by party: RefundParty) async throws {
        var member: Int64?
        if case .member(let id) = party { member = id }
        if let account {
            try await self.payments.keepAccount(account, for: id, of: member)
        } else if member != nil, let payment = try await self.payments.payment(id, of: member),
            try await self.payments.lacksAccount(payment)
        {
            throw PaymentProblems.refundAccountRequired
        }
    }

    /// For money that goes back without having been asked for.
    func keepAccount(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let input = try request.decodeJSON(RefundAccountInput.self)
        try await PaymentProblems.guarded {
            try await self.payments.keepAccount(input.account, for: id, of: caller.memberID)
        }
        return Self.uncached(HTTPResponse(.noContent))
    }

    func listRefunds(_ request: HTTPRequest) async throws -> HTTPResponse {
        let query = try request.decodeQuery()
        let page = try PageRequest(query, of: "admin-refunds")
        let before = try Self.before(page)
        let status = try Self.choice(RefundStatus.self, "status", query)
        let payment = try Self.number("paymentId", query)
        let found = try await PaymentProblems.guarded {
            try await self.payments.refunds(status: status, payment: payment, before: before, countMax: page.limit + 1)
        }
        let answer = Page(found.map { RefundAnswer(refund: $0) }, limit: page.limit) {
            PageCursor("admin-refunds", .number($0.refund.id))
        }
        return Self.uncached(HTTPResponse(json: answer))
    }

    func retryRefund(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let refund = try await PaymentProblems.guarded {
            let asked = try await self.payments.retry(id, by: caller.memberID)
            return try await self.refundWorker.work(on: asked.id)
        }
        return Self.uncached(
            HTTPResponse(refund.status == .succeeded ? .ok : .accepted, json: RefundAnswer(refund: refund)))
    }

    /// `seatIds=1,2` or `seatIds=1&seatIds=2`; nil without any.
    private static func seats(_ query: HTTPQuery) throws(HTTPProblem) -> [Int64]? {
        let parts = query.all("seatIds").flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
        guard !query.all("seatIds").isEmpty else { return nil }
        let seats = parts.compactMap { DecimalText.parse($0) }.map { Int64($0) }
        guard !seats.isEmpty, seats.count == parts.count, seats.count <= RefundInput.seatCountMax else {
            throw HTTPProblem(
                .badRequest, code: "invalid-request", detail: "seatIds is a list of at most 100 numbers")
        }
        return seats
    }

    // MARK: Settlements

    func listSettlements(_ request: HTTPRequest) async throws -> HTTPResponse {
        let query = try request.decodeQuery()
        let page = try PageRequest(query, of: "admin-settlements")
        let before = try Self.before(page)
        let status = try Self.choice(SettlementStatus.self, "status", query)
        let seller = try Self.number("sellerId", query)
        let date = try query.single("date")
        let found = try await PaymentProblems.guarded {
            try await self.settlements.list(
                day: date, seller: seller, status: status, before: before, countMax: page.limit + 1)
        }
        let answer = Page(found.map { SettlementAnswer(settlement: $0) }, limit: page.limit) {
            PageCursor("admin-settlements", .number($0.settlement.id))
        }
        return Self.uncached(HTTPResponse(json: answer))
    }

    func runSettlements(_ request: HTTPRequest) async throws -> HTTPResponse {
        let input = try request.decodeJSON(SettlementRunInput.self)
        let (date, count) = try await PaymentProblems.guarded { try await self.settlements.run(input.date) }
        return Self.uncached(HTTPResponse(json: SettlementRunAnswer(date: date, sellerCount: count)))
    }

    func approveSettlement(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let settlement = try await PaymentProblems.guarded {
            try await self.settlements.approve(id, by: caller.memberID)
        }
        return Self.uncached(HTTPResponse(json: SettlementAnswer(settlement: settlement)))
    }

    func payOut(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let input = try request.decodeJSON(PayoutInput.self)
        let settlement = try await PaymentProblems.guarded {
            switch input.step {
            case .request: try await self.settlements.requestPayout(id, by: caller.memberID)
            case .paid: try await self.settlements.endPayout(id, isPaid: true, by: caller.memberID)
            case .failed: try await self.settlements.endPayout(id, isPaid: false, by: caller.memberID)
            }
        }
        return Self.uncached(HTTPResponse(json: SettlementAnswer(settlement: settlement)))
    }

    func settlementCSV(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let id = try Self.id(values)
        let bytes = try await PaymentProblems.guarded {
            guard let settlement = try await self.settlements.settlement(id) else { throw HTTPProblem.notFound }
            return try await self.settlements.csv(settlement)
        }
        var response = HTTPResponse(.ok, body: .bytes(bytes))
        response.fields.append(.contentType, "text/csv; charset=utf-8")
        response.fields.append(HTTPFieldName("content-disposition"), "attachment; filename=\"settlement.csv\"")
        return Self.uncached(response)
    }
}
