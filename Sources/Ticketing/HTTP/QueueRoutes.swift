package import HTTPServer

/// The routes of waiting queues.
package enum QueueRoutes {
    package static var table: [HTTPServiceRoute<QueueService>] { self.waiting + self.others }

    /// What the API's description calls them.
    package static let tag = "queue"
    private static let prefix = "/api/v1"
    private static let bodyByteCountMax = 1024

    private static let concert = HTTPParameterDescription(.path, "id", .integer(1...Int64.max), about: "The concert.")
    private static let notFound = HTTPProblemDescription(.notFound, "not-found")
    private static let away = HTTPProblemDescription(
        .serviceUnavailable, "overloaded", "database-unavailable", saysWhenToRetry: true)

    // MARK: Waiting

    private static var waiting: [HTTPServiceRoute<QueueService>] {
        let join = HTTPServiceRoute<QueueService>(
            .post, self.prefix + "/concert/{id}/queue", access: .member, bodyByteCountMax: self.bodyByteCountMax,
            self.joinDescription
        ) { service in .concurrent { request, values in try await service.join(request, values) } }
        let status = HTTPServiceRoute<QueueService>(
            .get, self.prefix + "/concert/{id}/queue/status", access: .member, self.statusDescription
        ) { service in .concurrent { request, values in try await service.status(request, values) } }
        let leave = HTTPServiceRoute<QueueService>(
            .delete, self.prefix + "/concert/{id}/queue", access: .member, self.leaveDescription
        ) { service in .concurrent { request, values in try await service.leave(request, values) } }
        return [join, join.alias("/concert/{id}/queue"), status, status.alias("/concert/{id}/queue/status"), leave]
    }

    private static var joinDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Join the queue of a concert", korean: "대기열 참여", tag: self.tag,
            details: HTTPWording(
                "A member has one place: joining again answers with the same ticket. Who joins before the sale opens "
                    + "takes part in a draw for the places; who joins later stands behind, in the order of coming. "
                    + "Where a concert has no queue, everybody is ADMITTED and needs no pass.",
                korean: "회원당 한 자리입니다. 다시 참여해도 같은 대기표를 받습니다. 예매 시작 전에 참여하면 추첨으로 순서가 정해지고, 이후에는 "
                    + "선착순입니다. 대기열이 없는 공연은 바로 ADMITTED이며 입장권이 필요 없습니다."),
            parameters: [self.concert],
            answers: [
                HTTPAnswerDescription(
                    .created, "Where the member stands. Keep queueTicket to ask for it.",
                    examples: QueueAnswer.examples, named: "QueuePlace")
            ],
            problems: [
                HTTPProblemDescription(.forbidden, "email-not-verified", "account-too-new"), self.notFound, self.away,
            ], options: .idempotencyKey)
    }

    private static var statusDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "See where one stands in the queue", korean: "대기 순서 조회", tag: self.tag,
            details: HTTPWording(
                "Ask again after pollAfterMs. Who is ADMITTED gets a queuePass, to be sent in the header Queue-Pass "
                    + "with a reservation. Who does not ask for 90 s after his turn has come loses it.",
                korean: "pollAfterMs 뒤에 다시 조회하세요. ADMITTED가 되면 queuePass를 받으며, 예매할 때 Queue-Pass 헤더로 보냅니다. 순서가 "
                    + "된 뒤 90초 동안 조회하지 않으면 순서를 잃습니다."),
            parameters: [
                self.concert,
                HTTPParameterDescription(
                    .header, "Queue-Ticket", .string(),
                    about: "The queueTicket that was given on joining; needed where the concert has a queue."),
            ],
            answers: [
                HTTPAnswerDescription(
                    .ok, "Where the member stands.", examples: QueueAnswer.examples, named: "QueuePlace")
            ],
            problems: [
                HTTPProblemDescription(.badRequest, "queue-ticket-required"),
                HTTPProblemDescription(.forbidden, "queue-ticket-invalid", "queue-ticket-expired", "forbidden"),
                self.notFound, self.away,
            ])
    }

    private static var leaveDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Leave the queue", korean: "대기열 나가기", tag: self.tag,
            details: HTTPWording(
                "Gives up the place, or the turn if it has come. Leaving a queue that one is not in is no error.",
                korean: "자리 또는 이미 온 순서를 포기합니다. 참여하지 않은 대기열에서 나가도 오류가 아닙니다."),
            parameters: [self.concert], answers: [HTTPAnswerDescription(.noContent, "Not in the queue any more.")],
            problems: [self.notFound, self.away])
    }

    // MARK: For everybody, and for organizers

    private static var others: [HTTPServiceRoute<QueueService>] {
        [
            HTTPServiceRoute(
                .get, self.prefix + "/concert/{id}/queue/watermark", access: .anyone, isOpenToAllOrigins: true,
                HTTPRouteDescription(
                    "See how far a queue is", korean: "대기열 진행 상황", tag: self.tag,
                    details: HTTPWording(
                        "The same for everybody, and may be cached for a second: whoever knows his place finds his "
                            + "position as place - admitted + 1. seedHash is the SHA-256 of the seed of the draw; the "
                            + "seed is shown after the draw, so that everybody can check it.",
                        korean: "누구에게나 같은 응답이며 1초 동안 캐시할 수 있습니다. 자신의 place를 알면 place - admitted + 1로 순서를 계산할 수 "
                            + "있습니다. seedHash는 추첨 시드의 SHA-256이며, 시드는 추첨 뒤에 공개되어 누구나 검증할 수 있습니다."),
                    parameters: [self.concert],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "The queue.", examples: QueueWatermark.examples, named: "QueueWatermark")
                    ],
                    problems: [self.notFound, self.away])
            ) { service in .concurrent { request, values in try await service.watermark(request, values) } },
            HTTPServiceRoute(
                .patch, self.prefix + "/concert/{id}/queue", access: .member, bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "Change how a queue moves", korean: "대기열 설정 변경", tag: self.tag,
                    details: HTTPWording(
                        "For the concert's seller and for managers. What is left out stays as it is.",
                        korean: "공연 판매자와 관리자용입니다. 생략한 값은 바뀌지 않습니다."),
                    parameters: [self.concert], takes: QueueSettingsInput.schema,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "The queue as it is now.", examples: QueueWatermark.examples, named: "QueueWatermark")
                    ],
                    problems: [
                        HTTPProblemDescription(.badRequest, "invalid-request"),
                        HTTPProblemDescription(.forbidden, "forbidden"), self.notFound, self.away,
                    ])
            ) { service in .concurrent { request, values in try await service.settle(request, values) } },
        ]
    }
}
