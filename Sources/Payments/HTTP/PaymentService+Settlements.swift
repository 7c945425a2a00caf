internal import Commerce
internal import HTTPServer

/// Handlers of settlements.
extension PaymentService {
    func listSettlements(_ request: HTTPRequest) async throws -> HTTPResponse {
        let query = try request.decodeQuery()
        let page = try PageRequest(query, of: "admin-settlements")
        let before = try Self.before(page)
        let status = try query.choice(SettlementStatus.self, "status")
        let seller = try query.number("sellerId", in: 1...Int64.max)
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
        let run = try await PaymentProblems.guarded { try await self.settlements.run(input.date) }
        return Self.uncached(HTTPResponse(json: SettlementRunAnswer(run: run)))
    }

    func approveSettlement(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let input = try request.decodeJSON(ApproveInput.self)
        let settlement = try await PaymentProblems.guarded {
            try await self.settlements.approve(id, net: input.net, by: caller.memberID)
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

    func settlement(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let id = try Self.id(values)
        let found = try await PaymentProblems.guarded { try await self.settlements.settlement(id) }
        guard let found else { throw HTTPProblem.notFound }
        return Self.uncached(HTTPResponse(json: SettlementAnswer(settlement: found)))
    }

    /// In parts, where there is more than one answer holds: `Link` says where the next one is.
    func settlementCSV(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        try await self.csv(request, values, of: nil, below: "/admin/settlements")
    }

    func ownSettlementCSV(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        try await self.csv(request, values, of: try Self.caller(request).memberID, below: "/member/me/settlement")
    }

    private func csv(
        _ request: HTTPRequest, _ values: HTTPPathParameters, of seller: Int64?, below path: String
    ) async throws -> HTTPResponse {
        let id = try Self.id(values)
        let after = try request.decodeQuery().single("after")
        let part = try await PaymentProblems.guarded {
            guard let settlement = try await self.settlements.settlement(id),
                seller == nil || settlement.sellerID == seller
            else { throw HTTPProblem.notFound }
            return try await self.settlements.csv(settlement, after: after)
        }
        var response = HTTPResponse(.ok, body: .bytes(part.bytes))
        response.fields.append(.contentType, "text/csv; charset=utf-8")
        response.fields.append(HTTPFieldName("content-disposition"), "attachment; filename=\"settlement.csv\"")
        if let next = part.next {
            try response.fields.append(
                HTTPFieldName("link"),
                checking: "<\(PaymentRoutes.prefix)\(path)/\(id)/csv?after=\(next)>; rel=\"next\"")
        }
        return Self.uncached(response)
    }

    /// What of the books a person has to look into.
    func listDifferences(_ request: HTTPRequest) async throws -> HTTPResponse {
        let page = try PageRequest(request.decodeQuery(), of: "admin-books")
        let after: (Int64, Int64) = (try page.cursor?.number(0) ?? 0, try page.cursor?.number(1) ?? 0)
        let found = try await PaymentProblems.guarded {
            try await self.payments.bookDifferences(after: after, countMax: page.limit + 1)
        }
        let answer = Page(found.map { DifferenceAnswer(difference: $0) }, limit: page.limit) {
            PageCursor("admin-books", .number($0.difference.place), .number($0.difference.id))
        }
        return Self.uncached(HTTPResponse(json: answer))
    }

    // MARK: A seller's own

    func listOwnSettlements(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let page = try PageRequest(request.decodeQuery(), of: "settlements")
        let before = try Self.before(page)
        let found = try await PaymentProblems.guarded {
            try await self.settlements.list(
                day: nil, seller: caller.memberID, status: nil, before: before, countMax: page.limit + 1)
        }
        let answer = Page(found.map { SettlementAnswer(settlement: $0) }, limit: page.limit) {
            PageCursor("settlements", .number($0.settlement.id))
        }
        return Self.uncached(HTTPResponse(json: answer))
    }

    func ownSettlement(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let id = try Self.id(values)
        let found = try await PaymentProblems.guarded { try await self.settlements.settlement(id) }
        guard let found, found.sellerID == caller.memberID else { throw HTTPProblem.notFound }
        return Self.uncached(HTTPResponse(json: SettlementAnswer(settlement: found)))
    }

    func listOwnSales(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try Self.caller(request)
        let page = try PageRequest(request.decodeQuery(), of: "sales")
        let before = try Self.before(page)
        let found = try await PaymentProblems.guarded {
            try await self.payments.sales(of: caller.memberID, before: before, countMax: page.limit + 1)
        }
        let answer = Page(found.map { SaleAnswer(payment: $0) }, limit: page.limit) {
            PageCursor("sales", .number($0.payment.id))
        }
        return Self.uncached(HTTPResponse(json: answer))
    }
}
