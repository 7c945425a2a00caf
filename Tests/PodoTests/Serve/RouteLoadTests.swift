import Commerce
import HTTPServer
import Testing

@testable import podo

@Suite("What a route is for under load") struct RouteLoadTests {
    private let budgets = MemberBudgets()

    private func load(_ method: HTTPMethod, _ path: String, _ access: HTTPAccess = .member) -> RouteLoad? {
        RouteLoad(HTTPRoute(method, path, access: access, .immediate { _, _ in HTTPResponse(.ok) }), self.budgets)
    }

    @Test("follows from its path, and so does what a member may ask of it")
    func rules() throws {
        let rows: [(HTTPMethod, String, LoadKind, MemberBudget?)] = [
            (.get, "/concert", .browse, nil), (.get, "/concert/{id}", .browse, nil),
            (.get, "/schedule/{id}/seat", .browse, nil), (.post, "/concert", .reservation, nil),
            (.post, "/auth/signin", .reservation, nil), (.get, "/member/me", .browse, nil),
            (.post, "/concert/{id}/queue", .queue, self.budgets.queueJoin),
            (.get, "/concert/{id}/queue/status", .queue, self.budgets.queuePoll),
            (.post, "/reservation", .reservation, self.budgets.reservation),
            (.get, "/reservation/{id}", .reservation, nil), (.delete, "/reservation/{id}", .reservation, nil),
            (.post, "/payment", .payment, self.budgets.payment),
            (.post, "/payment/{id}/confirm", .payment, self.budgets.payment),
            (.get, "/payment/{id}", .payment, nil), (.get, "/ticket", .payment, nil),
            (.post, "/ticket/{id}/playback", .payment, nil),
        ]
        for (method, path, kind, budget) in rows {
            let load = try #require(self.load(method, "/api/v1" + path), "\(path)")
            #expect(load.kind == kind, "\(path)")
            #expect(load.budget === budget, "\(path)")
        }
    }

    @Test("has no budget where nobody is a member, and no limit for the operator and what is not of the API")
    func exceptions() {
        #expect(self.load(.post, "/api/v1/payment/webhook/{gateway}", .anyone)?.budget == nil)
        #expect(self.load(.post, "/api/v1/payment/webhook/{gateway}", .anyone)?.kind == .payment)
        #expect(self.load(.get, "/api/v1/concert/{id}/queue/watermark", .anyone)?.budget == nil)
        #expect(self.load(.get, "/api/v1/admin/payments", .manager) == nil)
        #expect(self.load(.get, "/openapi.json", .anyone) == nil)
    }

    @Test("is the same at another name of the route")
    func alias() {
        let route = HTTPRoute(.post, "/api/v1/payment", access: .member, .immediate { _, _ in HTTPResponse(.ok) })
        let load = RouteLoad(route.alias("/payment"), self.budgets)
        #expect(load?.kind == .payment && load?.budget === self.budgets.payment)
    }
}
