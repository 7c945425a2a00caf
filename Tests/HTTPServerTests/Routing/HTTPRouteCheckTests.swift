import HTTPServer
import Testing

@Suite("A route with a check before its handler") struct HTTPRouteCheckTests {
    @Test("answers what the check refuses with its problem, and hands the rest to the handler")
    func checks() async throws {
        let refusal: @Sendable (HTTPRequest) throws(HTTPProblem) -> Void = { request throws(HTTPProblem) in
            guard request.fields.contains(HTTPFieldName("x-refused")) else { return }
            var problem = HTTPProblem(.serviceUnavailable, code: "overloaded")
            problem.fields.append(.retryAfter, 2)
            throw problem
        }
        let routes = [
            HTTPRoute(.get, "/now", access: .anyone, .immediate { _, _ in HTTPResponse(.ok) }),
            HTTPRoute(.get, "/soon", access: .anyone, .concurrent { _, _ in HTTPResponse(.created) }),
        ]
        let driver = HTTPTestDriver(application: try HTTPApplication(routes: routes.map { $0.checked(by: refusal) }))
        #expect(try await driver.get("/now").status == 200)
        #expect(try await driver.get("/soon").status == 201)
        for path in ["/now", "/soon"] {
            let answer = try await driver.get(path, [("x-refused", "1")])
            #expect(answer.status == 503 && answer["retry-after"] == "2")
            #expect(String(decoding: answer.body, as: UTF8.self).contains(#""code":"overloaded""#))
        }
    }

    @Test("stays of its kind, so that what answers at once still does")
    func kinds() {
        let pass: @Sendable (HTTPRequest) throws(HTTPProblem) -> Void = { _ in }
        let handlers: [HTTPHandler] = [
            .immediate { _, _ in HTTPResponse(.ok) }, .deferred { _, _, _ in nil },
            .concurrent { _, _ in HTTPResponse(.ok) },
        ]
        let kinds = handlers.map { handler in
            switch HTTPRoute(.get, "/", access: .anyone, handler).checked(by: pass).handler {
            case .immediate: "immediate"
            case .deferred: "deferred"
            case .concurrent: "concurrent"
            }
        }
        #expect(kinds == ["immediate", "deferred", "concurrent"])
    }

    @Test("a status is found by its code, and none is made up")
    func statuses() {
        for status in [HTTPStatus.ok, .created, .paymentRequired, .conflict, .unprocessableContent, .badGateway] {
            #expect(HTTPStatus(code: status.code) == status)
        }
        for code in [0, -1, 100, 299, 418, 599, 1000] { #expect(HTTPStatus(code: code) == nil) }
    }
}
