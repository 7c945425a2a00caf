package import HTTPServer

/// The routes of live shows.
package enum LiveRoutes {
    package static let tag = "shows"
    private static let prefix = CatalogueRoutes.prefix + "/schedule/{id}"
    private static let bodyByteCountMax = 4096
    private static let schedule = CatalogueRoutes.id("The performance.")
    private static let badState = HTTPProblemDescription(.conflict, "invalid-state")
    private static let refusals = [CatalogueRoutes.forbidden, CatalogueRoutes.missing, CatalogueRoutes.away]

    /// Every route of live shows.
    package static var table: [HTTPServiceRoute<LiveService>] { self.open + self.keys + self.moves }

    // MARK: For everybody

    private static var open: [HTTPServiceRoute<LiveService>] {
        [
            HTTPServiceRoute(
                .get, self.prefix, access: .anyone,
                HTTPRouteDescription(
                    "See a performance", korean: "회차 조회", tag: self.tag,
                    details: HTTPWording(
                        "When it can be seen, and how far it is. Of drafts their team alone is told.",
                        korean: "시청 가능 시간과 진행 상태를 보여 줍니다. 공개 전 공연은 담당 팀만 볼 수 있습니다."),
                    parameters: [self.schedule], answers: [self.detail("The performance.")],
                    problems: [CatalogueRoutes.missing, CatalogueRoutes.away])
            ) { service in .concurrent { request, values in try await service.schedule(request, values) } },
            HTTPServiceRoute(
                .get, self.prefix + "/live/events", access: .anyone,
                HTTPRouteDescription(
                    "Follow how far a performance is", korean: "공연 상태 실시간 구독", tag: self.tag,
                    details: HTTPWording(
                        """
                        Server-sent events, the first of how it is now: scheduled, live, interrupted when its \
                        publisher is away, ended. The data is what other answers have as live; only the newest counts.
                        """,
                        korean: """
                            서버 전송 이벤트(SSE)입니다. 연결하면 현재 상태를 먼저 보냅니다. 이벤트는 scheduled, live, \
                            interrupted(송출 끊김), ended이며 데이터는 다른 응답의 live와 같습니다.
                            """),
                    parameters: [self.schedule],
                    answers: [
                        HTTPAnswerDescription(.ok, "Events, until the client leaves.", mediaType: "text/event-stream")
                    ], problems: [CatalogueRoutes.missing, CatalogueRoutes.away])
            ) { service in .concurrent { request, values in try await service.events(request, values) } },
        ]
    }

    // MARK: Windows, keys and health

    private static var keys: [HTTPServiceRoute<LiveService>] {
        [
            HTTPServiceRoute(
                .patch, self.prefix, access: .member, bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "Change when a performance is and can be seen", korean: "회차 일정·시청 시간 변경", tag: self.tag,
                    details: HTTPWording(
                        """
                        What is left out stays. A show that has not begun can be moved; whoever has bought it for \
                        another time may give it back whole until it begins. One that runs late can end later.
                        """,
                        korean: """
                            보내지 않은 항목은 그대로입니다. 시작 전인 회차는 일정을 옮길 수 있으며, 그 전에 구매한 관객은 공연 시작 \
                            전까지 전액 환불받을 수 있습니다. 진행 중인 공연은 종료 시각을 늦출 수 있습니다.
                            """),
                    parameters: [self.schedule, CatalogueRoutes.ifMatch], takes: ScheduleChange.schema,
                    answers: [self.detail("Changed.")],
                    problems: [
                        CatalogueRoutes.invalid, HTTPProblemDescription(.conflict, "invalid-state", "schedule-overlap"),
                        CatalogueRoutes.outdated,
                    ] + self.refusals)
            ) { service in .concurrent { request, values in try await service.changeSchedule(request, values) } },
            HTTPServiceRoute(
                .post, self.prefix + "/stream-key", access: .member, bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "Get a stream key for a performance", korean: "스트림 키 발급", tag: self.tag,
                    details: HTTPWording(
                        "It is shown once. The key before it is void, and whoever publishes with that is cut off.",
                        korean: "한 번만 보여 줍니다. 이전 키는 무효가 되고, 그 키로 송출 중이면 끊깁니다."),
                    parameters: [self.schedule],
                    answers: [
                        HTTPAnswerDescription(
                            .created, "URL and key, as publishing programs ask for them.",
                            examples: [IssuedStreamKey.example], named: "StreamKey")
                    ], problems: [self.badState] + self.refusals)
            ) { service in .concurrent { request, values in try await service.issueKey(request, values) } },
            HTTPServiceRoute(
                .delete, self.prefix + "/stream-key", access: .member,
                HTTPRouteDescription(
                    "Take a performance's stream key back", korean: "스트림 키 폐기", tag: self.tag,
                    parameters: [self.schedule],
                    answers: [HTTPAnswerDescription(.noContent, "It is void, now or before.")],
                    problems: self.refusals)
            ) { service in .concurrent { request, values in try await service.revokeKey(request, values) } },
            HTTPServiceRoute(
                .get, self.prefix + "/stream", access: .member,
                HTTPRouteDescription(
                    "See how a performance's stream does", korean: "송출 상태 조회", tag: self.tag,
                    parameters: [self.schedule],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "What the publisher sends, and how many watch.", examples: ShowStreamAnswer.examples,
                            named: "ShowStream", refine: { $0.refining("live.state", LiveAnswer.states) })
                    ], problems: self.refusals)
            ) { service in .concurrent { request, values in try await service.stream(request, values) } },
            HTTPServiceRoute(
                .get, self.prefix + "/stream/poster", access: .member,
                HTTPRouteDescription(
                    "See what a performance's stream shows", korean: "송출 화면 미리보기", tag: self.tag,
                    details: HTTPWording(
                        "Its latest picture, of a rehearsal too. There is a new one every poster-interval.",
                        korean: "가장 최근 화면입니다. 리허설 중에도 볼 수 있으며 poster-interval마다 갱신됩니다."),
                    parameters: [self.schedule],
                    answers: [HTTPAnswerDescription(.ok, "A JPEG.", mediaType: "image/jpeg")],
                    problems: [HTTPProblemDescription(.notFound, "no-poster", "not-found")]
                        + self.refusals.filter { $0.status != .notFound })
            ) { service in .concurrent { request, values in try await service.picture(request, values) } },
        ]
    }

    // MARK: The end

    private static var moves: [HTTPServiceRoute<LiveService>] {
        [
            HTTPServiceRoute(
                .post, self.prefix + "/end", access: .member, bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "End a live show", korean: "공연 종료", tag: self.tag,
                    details: HTTPWording(
                        "Its publisher is cut off, and its recording opens. Twice is once.",
                        korean: "송출이 끊기고 다시보기가 열립니다."),
                    parameters: [self.schedule], answers: [self.detail("It has ended, now or before.")],
                    problems: [self.badState] + self.refusals)
            ) { service in .concurrent { request, values in try await service.end(request, values) } },
            HTTPServiceRoute(
                .post, self.prefix + "/reopen", access: .member, bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "Take the end of a show back", korean: "공연 종료 취소", tag: self.tag,
                    details: HTTPWording(
                        "It is live again, and waits for its publisher.", korean: "다시 송출할 수 있는 상태가 됩니다."),
                    parameters: [self.schedule], answers: [self.detail("It goes on.")],
                    problems: [self.badState] + self.refusals)
            ) { service in .concurrent { request, values in try await service.reopen(request, values) } },
        ]
    }

    private static func detail(_ about: String) -> HTTPAnswerDescription {
        HTTPAnswerDescription(
            .ok, about, examples: ScheduleDetailAnswer.examples, named: "Schedule",
            fields: [("ETag", "The version, for `If-Match`.")],
            refine: { $0.refining("live.state", LiveAnswer.states) })
    }
}
