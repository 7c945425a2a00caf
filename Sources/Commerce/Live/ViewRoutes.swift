package import HTTPServer
internal import Primitives
internal import Reactor

/// A request as managers see it.
struct RequestAnswer: JSONEncodable {
    let request: RecentRequest

    func encode(to writer: inout JSONWriter) {
        let answer = self.request.answer
        writer.object { writer in
            writer.member("requestId", self.request.number)
            writer.member("at", self.request.at.rfc3339)
            writer.member("route", answer.routeLabel)
            writer.member("status", answer.status.code)
            writer.member("milliseconds", answer.time.milliseconds)
            writer.member("bytes", answer.bodyByteCount)
            writer.member("memberId", answer.memberID)
            writer.member("address", answer.client.hostText)
            writer.member("traceId", answer.traceID)
        }
    }

    static let examples: [RequestAnswer] = [4_503_599_627_370_497, nil].map { member in
        RequestAnswer(
            request: RecentRequest(
                number: 8123, at: WallClock(unixMilliseconds: 1_795_910_400_000),
                answer: HTTPAnsweredRequest(
                    routeLabel: "POST /api/v1/payment", status: .created, bodyByteCount: 512, time: .milliseconds(12),
                    memberID: member, client: SocketAddress(host: .v4(0xC000_0201), port: 0),
                    traceID: "4bf92f3577b34da6a3ce929d0e0e4736", loop: 0)))
    }
}

/// The routes of what managers watch.
package enum ViewRoutes {
    package static let tag = "watching"
    private static let prefix = "/api/v1/admin"
    private static let full = HTTPProblemDescription(.serviceUnavailable, "overloaded", saysWhenToRetry: true)

    /// Those by which requests are looked at.
    static let requestLabels: Set<String> = Set(
        Self.table.map(\.unbound).filter { $0.path.hasPrefix(Self.prefix + "/requests") }.map(\.label))

    package static var table: [HTTPServiceRoute<LiveViews>] {
        [
            self.events(
                "/payments/events", "Watch payments", "결제 실시간 조회",
                "payment.completed, payment.failed and payment.orphaned", { $0.payments }),
            self.events(
                "/refunds/events", "Watch refunds", "환불 실시간 조회",
                "refund.requested, refund.completed and refund.failed", { $0.refunds }),
            self.events(
                "/requests/events", "Watch requests of this node", "요청 실시간 조회", "request", { $0.requestFeed }),
            HTTPServiceRoute(
                .get, self.prefix + "/requests", access: .manager,
                HTTPRouteDescription(
                    "The newest requests of this node", korean: "최근 요청 목록", tag: self.tag,
                    details: HTTPWording(
                        "As many as are in memory: those of the API, by route, without anything that a client wrote.",
                        korean: "메모리에 남아 있는 API 요청만 보여 주며, 클라이언트가 보낸 내용은 남기지 않습니다."),
                    parameters: [
                        HTTPParameterDescription(
                            .query, "status", .string(JSONStringRule(lengthMax: 3)), about: "404, or 4xx."),
                        HTTPParameterDescription(
                            .query, "route", .string(JSONStringRule(lengthMax: RecentRequestFilter.routeLengthMax)),
                            about: "As it is shown: POST /api/v1/payment."),
                        HTTPParameterDescription(.query, "memberId", .integer(1...Int64.max)),
                        HTTPParameterDescription(
                            .query, "millisecondsMin", .integer(0...RecentRequestFilter.millisecondsMax),
                            about: "Those that took so long."),
                    ],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "Newest first.",
                            examples: [
                                Page(items: RequestAnswer.examples, next: PageCursor("requests", .number(8123))),
                                Page(items: RequestAnswer.examples, next: nil),
                            ], named: "Requests")
                    ], problems: [HTTPProblemDescription(.badRequest, "invalid-cursor", "invalid-request")],
                    options: .pages)
            ) { views in .concurrent { request, _ in try views.listRequests(request) } },
        ]
    }

    private static func events(
        _ path: String, _ summary: String, _ korean: String, _ names: String,
        _ feed: @escaping @Sendable (LiveViews) -> LiveFeed
    ) -> HTTPServiceRoute<LiveViews> {
        HTTPServiceRoute(
            .get, self.prefix + path, access: .manager,
            HTTPRouteDescription(
                summary, korean: korean, tag: self.tag,
                details: HTTPWording(
                    "Server-sent events: \(names). Whoever comes back is told what he missed. The event resync says "
                        + "that some cannot be told any more: read the list again.",
                    korean: "서버 전송 이벤트(SSE)입니다. 다시 연결하면 놓친 이벤트를 이어서 보내고, resync 이벤트를 받으면 목록을 다시 읽어야 합니다."),
                parameters: [
                    HTTPParameterDescription(.header, "Last-Event-ID", .string(), about: "As browsers send it.")
                ],
                answers: [
                    HTTPAnswerDescription(
                        .ok, "Events, for ten minutes or until the client leaves.", mediaType: "text/event-stream")
                ], problems: [self.full])
        ) { views in
            .concurrent { request, _ in
                guard let response = feed(views).response(seen: ServerSentEvents.lastEventID(of: request)) else {
                    throw HTTPProblem.overloaded(retryAfterSeconds: 10)
                }
                return response
            }
        }
    }
}

extension LiveViews {
    func listRequests(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = try request.decodeQuery()
        let page = try PageRequest(query, of: "requests")
        let filter = try RecentRequestFilter(query)
        let before = try page.cursor.map { try $0.number(0) } ?? .max
        let found = self.requests.list(filter, before: before, countMax: page.limit + 1)
        var response = HTTPResponse(
            json: Page(found.map { RequestAnswer(request: $0) }, limit: page.limit) {
                PageCursor("requests", .number($0.request.number))
            })
        response.fields.append(.cacheControl, "no-store")
        return response
    }
}
