package import HTTPServer

/// The simulated company's addresses. They stand under a prefix of their own: an adapter's base is this prefix, behind
/// the origin of whoever serves it.
package enum SimulatorRoutes {
    package static let prefix = "/simulator"
    package static let tossPrefix = SimulatorRoutes.prefix + "/toss"
    package static let stripePrefix = SimulatorRoutes.prefix + "/stripe"
    /// A payment's key follows.
    package static let pagePrefix = SimulatorRoutes.prefix + "/checkout/"
    package static let tag = "simulator"
    private static let bodyByteCountMax = 64 * 1024

    package static var table: [HTTPServiceRoute<SimulatorCompany>] { self.toss + self.stripe + self.pages }

    private static var toss: [HTTPServiceRoute<SimulatorCompany>] {
        [
            self.row(.post, self.tossPrefix + "/v1/payments", "Begin a payment", "결제 생성") { company, request, _ in
                await company.tossCreate(request)
            },
            self.row(.post, self.tossPrefix + "/v1/payments/confirm", "Confirm a payment", "결제 승인") {
                company, request, _ in await company.tossConfirm(request)
            },
            self.row(.post, self.tossPrefix + "/v1/payments/{key}/cancel", "Cancel a payment", "결제 취소") {
                company, request, path in await company.tossCancel(request, path["key"])
            },
            self.row(.get, self.tossPrefix + "/v1/payments/{key}", "Read a payment", "결제 조회") {
                company, request, path in await company.tossPayment(request, key: path["key"], order: nil)
            },
            self.row(.get, self.tossPrefix + "/v1/payments/orders/{order}", "Read an order's payment", "주문번호로 결제 조회") {
                company, request, path in await company.tossPayment(request, key: nil, order: path["order"])
            },
            self.row(.get, self.tossPrefix + "/v1/transactions", "List transactions", "거래 조회") {
                company, request, _ in await company.tossTransactions(request)
            },
            self.row(.get, self.tossPrefix + "/v1/settlements", "List settlements", "정산 조회") {
                company, request, _ in await company.tossSettlements(request)
            },
        ]
    }

    private static var stripe: [HTTPServiceRoute<SimulatorCompany>] {
        let intents = self.stripePrefix + "/v1/payment_intents"
        let refunds = self.stripePrefix + "/v1/refunds"
        return [
            self.row(.post, intents, "Begin an intent", "결제 의도 생성") { company, request, _ in
                await company.stripeCreate(request)
            },
            self.row(.get, intents + "/search", "Find an intent by its order", "주문번호로 결제 의도 검색") {
                company, request, _ in await company.stripeSearch(request)
            },
            self.row(.get, intents + "/{key}", "Read an intent", "결제 의도 조회") { company, request, path in
                await company.stripeIntent(request, path["key"])
            },
            self.row(.post, intents + "/{key}/confirm", "Pay as a buyer", "구매자 결제") { company, request, path in
                await company.stripeConfirm(request, path["key"])
            },
            self.row(.post, intents + "/{key}/capture", "Capture an intent", "결제 의도 매입") {
                company, request, path in await company.stripeCapture(request, path["key"])
            },
            self.row(.post, intents + "/{key}/cancel", "Cancel an intent", "결제 의도 취소") { company, request, path in
                await company.stripeCancel(request, path["key"])
            },
            self.row(.post, refunds, "Refund", "환불") { company, request, _ in await company.stripeRefund(request) },
            self.row(.get, refunds, "List refunds", "환불 목록") { company, request, _ in
                await company.stripeRefunds(request)
            },
            self.row(.get, refunds + "/{key}", "Read a refund", "환불 조회") { company, request, path in
                await company.stripeRefund(request, path["key"])
            },
            self.row(.get, self.stripePrefix + "/v1/disputes", "List disputes", "분쟁 목록") { company, request, _ in
                await company.stripeDisputes(request)
            },
            self.row(.get, self.stripePrefix + "/v1/balance_transactions", "List movements of money", "잔액 거래 목록") {
                company, request, _ in await company.stripeTransactions(request)
            },
        ]
    }

    private static var pages: [HTTPServiceRoute<SimulatorCompany>] {
        let page = HTTPAnswerDescription(.ok, "The page.", mediaType: "text/html")
        let back = HTTPAnswerDescription(.seeOther, "Back to the shop.", fields: [("location", "Where to.")])
        let tooLate = HTTPProblemDescription(.conflict, "simulator-too-late", "simulator-no-way-back")
        return [
            HTTPServiceRoute(
                .get, self.pagePrefix + "{key}", access: .anyone,
                HTTPRouteDescription(
                    "Show the page that a buyer pays on", korean: "결제 페이지", tag: self.tag, answers: [page, back],
                    problems: [HTTPProblemDescription(.notFound, "not-found"), tooLate])
            ) { company in .immediate { request, path in company.page(request, path["key"]) } },
            HTTPServiceRoute(
                .post, self.pagePrefix + "{key}", access: .anyone, bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "Pay, decline or close as a buyer", korean: "결제 승인, 거절 또는 닫기", tag: self.tag,
                    answers: [back],
                    problems: [
                        HTTPProblemDescription(.notFound, "not-found"),
                        tooLate,
                        HTTPProblemDescription(.unsupportedMediaType, "content-type-not-form"),
                    ])
            ) { company in .concurrent { request, path in try company.decide(request, path["key"]) } },
        ]
    }

    private static func row(
        _ method: HTTPMethod, _ path: String, _ summary: String, _ korean: String,
        _ handle: @escaping @Sendable (SimulatorCompany, HTTPRequest, HTTPPathParameters) async -> HTTPResponse
    ) -> HTTPServiceRoute<SimulatorCompany> {
        HTTPServiceRoute(
            method, path, access: .anyone, bodyByteCountMax: method == .post ? self.bodyByteCountMax : 0,
            HTTPRouteDescription(
                summary, korean: korean, tag: self.tag,
                details: HTTPWording(
                    "As the payment company answers it; errors have the company's own form and statuses.",
                    korean: "실제 결제사와 같은 형식으로 응답합니다. 오류도 결제사의 형식과 상태 코드를 따릅니다."),
                answers: [HTTPAnswerDescription(.ok, "The company's own document.", mediaType: "application/json")])
        ) { company in .concurrent { request, path in await handle(company, request, path) } }
    }
}
