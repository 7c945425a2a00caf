import Commerce
import HTTPServer
import Testing

@testable import podo

@Suite("What a route is for under load") struct RouteLoadTests {
    private func load(_ method: HTTPMethod, _ path: String, _ access: HTTPAccess = .member) -> RouteLoad? {
        RouteLoad(HTTPRoute(method, path, access: access, .immediate { _, _ in HTTPResponse(.ok) }))
    }

    @Test(
        "follows from its path, and so does what a member may ask of it",
        arguments: [
            (.get, "/concert", .browse, nil), (.get, "/concert/{id}", .browse, nil),
            (.get, "/schedule/{id}/seat", .browse, nil), (.post, "/concert", .reservation, .catalogue),
            (.post, "/stage", .reservation, .catalogue), (.patch, "/stage/{id}", .reservation, .catalogue),
            (.post, "/auth/signin", .reservation, nil), (.get, "/member/me", .browse, nil),
            (.post, "/concert/{id}/queue", .queue, .queueJoin),
            (.patch, "/concert/{id}/queue", .payment, nil),
            (.get, "/concert/{id}/queue/status", .queue, .queuePoll),
            (.post, "/reservation", .reservation, .reservation), (.get, "/reservation/{id}", .reservation, nil),
            (.delete, "/reservation/{id}", .reservation, nil), (.post, "/payment", .payment, .payment),
            (.post, "/payment/{id}/confirm", .payment, .payment), (.get, "/payment/{id}", .payment, nil),
            (.get, "/ticket", .payment, nil), (.get, "/ticket/{id}/qr", .payment, .ticketCode),
            (.post, "/ticket/{id}/playback", .payment, .playback), (.get, "/ticket/{id}/playback", .payment, nil),
            (.delete, "/ticket/{id}/playback/{session}", .payment, nil),
            (.post, "/ticket/{id}/transfer", .payment, .ticketTransfer),
            (.post, "/member/me/team", .reservation, .team), (.get, "/member/me/team", .browse, nil),
            (.delete, "/member/me/team/{id}", .reservation, nil),
        ] as [(HTTPMethod, String, LoadKind, BudgetKind?)])
    func rules(_ method: HTTPMethod, _ path: String, _ kind: LoadKind, _ budget: BudgetKind?) {
        #expect(self.load(method, "/api/v1" + path) == RouteLoad(kind, budget))
    }

    @Test("has no budget where nobody is a member, and no limit for the operator and what is not of the API")
    func exceptions() {
        let webhook = self.load(.post, "/api/v1/payment/webhook/{gateway}", .anyone)
        #expect(webhook?.kind == .payment && webhook?.budget == nil && webhook?.isOpen == true)
        #expect(self.load(.post, "/api/v1/payment/{id}/confirm")?.isOpen == false)
        #expect(self.load(.get, "/api/v1/concert/{id}/queue/watermark", .anyone) == RouteLoad(.queue))
        #expect(self.load(.get, "/api/v1/admin/payments", .manager) == nil)
        #expect(self.load(.get, "/openapi.json", .anyone) == nil)
    }

    @Test("is the same at another name of the route, and its description tells of the budget")
    func alias() {
        let route = HTTPRoute(.post, "/api/v1/payment", access: .member, .immediate { _, _ in HTTPResponse(.ok) })
            .described(
                HTTPRouteDescription(
                    "Pay", korean: "결제", tag: "payments", answers: [HTTPAnswerDescription(.created, "Paid.")]))
        #expect(RouteLoad(route.alias("/payment")) == RouteLoad(.payment, .payment))
        let problem = HTTPProblemDescription(.tooManyRequests, "rate-limited", saysWhenToRetry: true)
        #expect(route.describedWithBudget.describe?().problems == [problem])
        #expect(route.describedWithBudget.alias("/payment").describe?().problems == [problem])
    }
}
