internal import Commerce
internal import HTTPServer
internal import Primitives

/// Handlers of refunds.
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
        guard input.amount == nil else {
            throw HTTPProblem(.badRequest, code: "invalid-request", detail: "amount is for managers; name seats")
        }
        return try await self.refund(id, input, by: .member(caller.memberID))
    }

    /// A manager gives back everything, whatever the rules say; or a sum, once by one key.
    func refundForManager(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let input = try request.decodeJSON(RefundInput.self)
        guard let amount = input.amount else {
            return try await self.refund(id, input, by: .manager(caller.memberID))
        }
        guard let key = try IdempotencyKey(request.fields) else { throw PaymentProblems.keyRequired }
        return try await self.refund(id, input, by: .manager(caller.memberID)) {
            try await self.payments.refund(id, amount: amount, reason: input.reason, by: caller.memberID, key: key)
        }
    }

    private func refund(_ id: Int64, _ input: RefundInput, by party: RefundParty) async throws -> HTTPResponse {
        try await self.refund(id, input, by: party) {
            try await self.payments.refund(id, seats: input.seats, reason: input.reason, by: party)
        }
    }

    private func refund(
        _ id: Int64, _ input: RefundInput, by party: RefundParty, _ ask: () async throws -> RefundRow
    ) async throws -> HTTPResponse {
        let asked = try await PaymentProblems.guarded {
            try await self.account(input.account, for: id, by: party)
            return try await ask()
        }
        let (refund, payment) = await self.done(asked)
        let answer = RefundAnswer(refund: refund, paymentStatus: payment?.state.status)
        return Self.uncached(HTTPResponse(refund.status == .succeeded ? .ok : .accepted, json: answer))
    }

    /// What is promised stays so, whatever becomes of asking the company at once: no answer from here on may look as
    /// if nothing had been promised.
    private func done(_ asked: RefundRow) async -> (RefundRow, PaymentRow?) {
        do {
            let refund = asked.status == .succeeded ? asked : try await self.refundWorker.work(on: asked.id)
            return (refund, try await self.payments.payment(refund.paymentID, of: nil))
        } catch {
            self.payments.metrics.workFailed("refund", error)
            return (asked, nil)
        }
    }

    /// Who changes his mind says where to; whom everything is given back to may say it later.
    private func account(_ account: GatewayRefundAccount?, for id: Int64, by party: RefundParty) async throws {
        var (member, manager) = (nil as Int64?, nil as Int64?)
        switch party {
        case .member(let id): member = id
        case .manager(let id): manager = id
        case .concert: break
        }
        if let account {
            try await self.payments.keepAccount(account, for: id, of: member, by: manager)
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

    /// The same, as the buyer has told a manager who asked him.
    func keepAccountForManager(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let input = try request.decodeJSON(RefundAccountInput.self)
        try await PaymentProblems.guarded {
            try await self.payments.keepAccount(input.account, for: id, of: nil, by: caller.memberID)
        }
        return Self.uncached(HTTPResponse(.noContent))
    }

    func listRefunds(_ request: HTTPRequest) async throws -> HTTPResponse {
        let query = try request.decodeQuery()
        let page = try PageRequest(query, of: "admin-refunds")
        let before = try Self.before(page)
        let status = try query.choice(RefundStatus.self, "status")
        let payment = try query.number("paymentId", in: 1...Int64.max)
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
        let asked = try await PaymentProblems.guarded { try await self.payments.retry(id, by: caller.memberID) }
        let (refund, _) = await self.done(asked)
        return Self.uncached(
            HTTPResponse(refund.status == .succeeded ? .ok : .accepted, json: RefundAnswer(refund: refund)))
    }

    /// A person has seen to it that the buyer got the money.
    func settleRefund(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let input = try request.decodeJSON(NoteInput.self)
        let refund = try await PaymentProblems.guarded {
            try await self.payments.settleOutside(id, note: input.note, by: caller.memberID)
        }
        return Self.uncached(HTTPResponse(json: RefundAnswer(refund: refund)))
    }

    /// A person says which seats were given back elsewhere.
    func nameSeats(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let input = try request.decodeJSON(SeatsInput.self)
        let refund = try await PaymentProblems.guarded {
            try await self.payments.nameSeats(
                input.seats, of: id, isRestKept: input.isRestKept, by: caller.memberID)
        }
        return Self.uncached(HTTPResponse(json: RefundAnswer(refund: refund)))
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
}
