internal import Commerce
internal import HTTPServer
internal import Primitives

/// Handlers of payments. Whose they are always comes from the token.
extension PaymentService {
    func begin(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let input = try request.decodeJSON(BeginPaymentInput.self)
        if let isSuccess = input.isSuccess, let decider = self.decider {
            // A refusal is an answer here, not a problem: it was asked for.
            let decided = try await PaymentProblems.guarded {
                try await self.payments.decide(
                    input.reservationID, by: caller.memberID, promotion: input.promotion, isSuccess: isSuccess,
                    with: decider)
            }
            let isKnown = decided.state.status != .waiting
            return Self.uncached(HTTPResponse(isKnown ? .created : .accepted, json: PaymentAnswer(payment: decided)))
        }
        let begun = try await PaymentProblems.guarded {
            try await self.payments.begin(
                input.reservationID, by: caller.memberID, promotion: input.promotion, method: input.method)
        }
        return Self.uncached(
            HTTPResponse(.created, json: PaymentAnswer(payment: begun.payment, checkout: begun.checkout)))
    }

    func methods() -> HTTPResponse {
        Self.uncached(HTTPResponse(.ok, json: PaymentMethodsAnswer(methods: self.payments.methods)))
    }

    func confirm(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let input = try request.decodeJSON(ConfirmPaymentInput.self)
        let payment = try await PaymentProblems.guarded {
            try await self.payments.confirm(
                id, of: caller.memberID, providerKey: input.providerKey, amount: input.amount)
        }
        return try Self.answer(payment)
    }

    /// 200 for what is decided, 202 for what is not yet, and a problem for what failed.
    private static func answer(_ payment: PaymentRow) throws(HTTPProblem) -> HTTPResponse {
        switch payment.state.status {
        case .waiting:
            var response = HTTPResponse(.accepted, json: PaymentAnswer(payment: payment))
            response.fields.append(.retryAfter, 2)
            return self.uncached(response)
        case .failed where payment.state.isOrphan: throw PaymentProblems.mispaid
        case .failed:
            throw payment.failureCode == "hold-expired" ? PaymentProblems.holdExpired : PaymentProblems.declined(nil)
        case .completed, .canceled, .partCanceled:
            // Money without seats: they were lost, and it goes back by itself.
            if payment.state.isOrphan { throw PaymentProblems.seatsLost }
            return self.uncached(HTTPResponse(json: PaymentAnswer(payment: payment)))
        }
    }

    func look(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let isManager = caller.role == .manager
        let found = try await PaymentProblems.guarded {
            try await self.payments.payment(id, of: isManager ? nil : caller.memberID)
        }
        guard let found else { throw HTTPProblem.notFound }
        return Self.uncached(HTTPResponse(json: PaymentAnswer(payment: found, isForManager: isManager)))
    }

    func list(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let page = try PageRequest(request.decodeQuery(), of: "payments")
        let before = try Self.before(page)
        let found = try await PaymentProblems.guarded {
            try await self.payments.list(of: caller.memberID, before: before, countMax: page.limit + 1)
        }
        return Self.uncached(HTTPResponse(json: Self.page(found, page, "payments")))
    }

    func listForManager(_ request: HTTPRequest) async throws -> HTTPResponse {
        let query = try request.decodeQuery()
        let page = try PageRequest(query, of: "admin-payments")
        let before = try Self.before(page)
        let status = try query.choice(PaymentStatus.self, "status")
        let reservation = try query.number("reservationId", in: 1...Int64.max)
        let found = try await PaymentProblems.guarded {
            try await self.payments.list(
                status: status, reservation: reservation, before: before, countMax: page.limit + 1)
        }
        return Self.uncached(HTTPResponse(json: Self.page(found, page, "admin-payments", isForManager: true)))
    }

    private static func page(
        _ found: [PaymentRow], _ page: PageRequest, _ list: StaticString, isForManager: Bool = false
    ) -> Page<PaymentAnswer> {
        Page(found.map { PaymentAnswer(payment: $0, isForManager: isForManager) }, limit: page.limit) {
            PageCursor(list, .number($0.payment.id))
        }
    }

    /// A person ends what nobody can find out about.
    func giveUp(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let input = try request.decodeJSON(NoteInput.self)
        let payment = try await PaymentProblems.guarded {
            try await self.payments.giveUp(id, note: input.note, by: caller.memberID)
        }
        return Self.uncached(HTTPResponse(json: PaymentAnswer(payment: payment, isForManager: true)))
    }

    /// A buyer makes no transfer, after all.
    func cancelDeposit(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let payment = try await PaymentProblems.guarded {
            try await self.payments.cancelDeposit(id, by: caller.memberID)
        }
        return Self.uncached(HTTPResponse(json: PaymentAnswer(payment: payment)))
    }

    // MARK: Webhooks

    /// 200 once it is stored, whatever it is about; 400 only for what is not the company's.
    func webhook(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        guard let gateway = values["gateway"] else { throw HTTPProblem.notFound }
        try await PaymentProblems.guarded {
            try await self.webhooks.receive(gateway, request.fields, request.body, at: .now)
        }
        return HTTPResponse(.ok)
    }
}
