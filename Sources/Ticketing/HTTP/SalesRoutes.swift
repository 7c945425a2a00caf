package import HTTPServer
package import Postgres
package import Primitives

/// What answers those who look at their sales.
package struct SalesService: Sendable {
    private let reports: SalesReports
    private let access: CatalogueAccess

    /// `keepTime`: for how long a report is told to whoever asks.
    package init(
        database: PostgresDatabase, access: CatalogueAccess, money: any SaleMoney,
        keepTime: TimeAmount = .seconds(2)
    ) {
        self.reports = SalesReports(database: database, money: money, keepTime: keepTime)
        self.access = access
    }

    func sales(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try CatalogueService.caller(of: request), try CatalogueService.id(values))
        let isCSV = try Self.isCSV(request)
        let report: SalesReport
        do {
            let sale = try await self.access.requireSale([.admin, .finance], concert: id, caller)
            report = try await self.reports.report(of: id, in: sale.currency)
        } catch let error as PostgresError {
            throw CatalogueProblems.told(of: error)
        }
        var response = HTTPResponse(json: SalesAnswer(report: report))
        if isCSV {
            response = HTTPResponse(.ok, body: .bytes(SalesCSV.bytes(of: report)))
            response.fields.append(.contentType, "text/csv; charset=utf-8")
            response.fields.append(HTTPFieldName("content-disposition"), "attachment; filename=\"sales.csv\"")
        }
        response.fields.append(HTTPFieldName("vary"), "accept")
        return CatalogueService.uncached(response)
    }

    /// What is asked for by name counts more than what the client takes.
    private static func isCSV(_ request: HTTPRequest) throws(HTTPProblem) -> Bool {
        switch try request.decodeQuery().single("format") {
        case nil: return request.prefersCSV
        case "csv": return true
        case "json": return false
        default: throw HTTPProblem(.badRequest, code: "invalid-request", detail: "format is json or csv")
        }
    }
}

/// The route of what was sold.
package enum SalesRoutes {
    package static var table: [HTTPServiceRoute<SalesService>] {
        [
            HTTPServiceRoute(
                .get, CatalogueRoutes.prefix + "/concert/{id}/sales", access: .member,
                HTTPRouteDescription(
                    "What was sold of a concert", korean: "공연 판매 현황", tag: CatalogueRoutes.concertTag,
                    details: HTTPWording(
                        "For the seller, ADMIN and FINANCE of his team, and managers. With format=csv, or where "
                            + "text/csv is accepted rather than JSON, it is a table. Days are days where the show is.",
                        korean: "판매자와 팀의 ADMIN, FINANCE, 관리자가 볼 수 있습니다. format=csv 또는 Accept: text/csv로 표를 받을 수 "
                            + "있습니다. 날짜는 공연장의 시간대를 따릅니다."),
                    parameters: [
                        CatalogueRoutes.concert,
                        HTTPParameterDescription(.query, "format", .choice(["json", "csv"])),
                    ],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "By grade and schedule, and by day.", examples: [SalesAnswer.example],
                            named: "ConcertSales")
                    ],
                    problems: [
                        CatalogueRoutes.invalid, CatalogueRoutes.forbidden, CatalogueRoutes.missing,
                        CatalogueRoutes.away,
                    ])
            ) { service in .concurrent { request, values in try await service.sales(request, values) } }
        ]
    }
}
