import Foundation
import HTTPServer
import Postgres
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Commerce

@Suite("What managers watch", .timeLimit(.minutes(5)))
struct LiveTests {
    private static func answer(
        _ label: String = "GET /api/v1/concert", status: HTTPStatus = .ok, member: Int64? = nil,
        milliseconds: Int64 = 1, loop: Int = 0
    ) -> HTTPAnsweredRequest {
        HTTPAnsweredRequest(
            routeLabel: label, status: status, bodyByteCount: 10, time: .milliseconds(milliseconds), memberID: member,
            client: SocketAddress(host: .v4(0x7F00_0001), port: 0), traceID: "t", loop: loop)
    }

    private static func query(_ text: String) throws -> HTTPQuery { try HTTPQuery(Array(text.utf8)[...]) }

    @Test("are the newest requests of all loops, and memory does not grow with them")
    func recent() throws {
        var limits = ViewLimits()
        limits.requestCountOfLoopMax = 3
        let recent = RecentRequests(routeLabels: ["GET /a"], loopCount: 2, limits: limits)
        #expect(recent.observes("GET /a") && !recent.observes("GET /p/{token}/{file...}"))
        for number in 0..<10 { recent.answered(Self.answer(loop: number % 2)) }
        recent.answered(Self.answer(loop: 7))
        let all = recent.list(RecentRequestFilter(), before: .max, countMax: 100)
        #expect(all.map(\.number) == [10, 9, 8, 7, 6, 5])
        #expect(recent.list(RecentRequestFilter(), before: 9, countMax: 2).map(\.number) == [8, 7])
        let news = recent.news(since: 5, countMax: 3)
        #expect(news.requests.map(\.number) == [8, 9, 10] && news.missedCount == 2)
    }

    @Test("are not those by which they are looked at: each look would be news")
    func looks() throws {
        let labels: Set = [
            "GET /api/v1/admin/requests", "GET /api/v1/admin/requests/events", "GET /api/v1/admin/refunds",
        ]
        #expect(ViewRoutes.requestLabels == labels.subtracting(["GET /api/v1/admin/refunds"]))
        let recent = RecentRequests(routeLabels: labels, loopCount: 1)
        #expect(labels.filter { recent.observes($0) } == ["GET /api/v1/admin/refunds"])
    }

    @Test(
        "are found by what they came to",
        arguments: [
            ("", [4, 3, 2, 1]), ("status=404", [2]), ("status=4xx", [3, 2]), ("status=5xx", []),
            ("route=POST%20/api/v1/payment", [3]), ("memberId=7", [4, 2]), ("millisecondsMin=500", [4]),
            ("memberId=7&status=2xx", [4]),
        ] as [(String, [Int64])])
    func filters(text: String, numbers: [Int64]) throws {
        let recent = RecentRequests(routeLabels: [], loopCount: 1)
        recent.answered(Self.answer())
        recent.answered(Self.answer(status: .notFound, member: 7))
        recent.answered(Self.answer("POST /api/v1/payment", status: .conflict))
        recent.answered(Self.answer(member: 7, milliseconds: 500))
        let filter = try RecentRequestFilter(Self.query(text))
        #expect(recent.list(filter, before: .max, countMax: 9).map(\.number) == numbers)
    }

    @Test(
        "are not found by what is no status and no number",
        arguments: ["status=99", "status=6xx", "status=x", "memberId=-1"])
    func invalid(text: String) throws {
        #expect(throws: HTTPProblem.self) { try RecentRequestFilter(Self.query(text)) }
    }
}
