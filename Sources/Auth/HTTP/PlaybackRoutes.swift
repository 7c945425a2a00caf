package import HTTPServer

/// The routes by which owners of tickets come to watch.
package enum PlaybackRoutes {
    package static let tag = "playback"
    /// Nothing in a body is read, but programs send `{}`.
    private static let bodyByteCountMax = 1024
    private static let id = HTTPParameterDescription(.path, "id", .integer(1...(.max)))
    private static let missing = HTTPProblemDescription(.notFound, "not-found")
    private static let void = HTTPProblemDescription(.forbidden, "ticket-revoked", "playback-over")

    package static var table: [HTTPServiceRoute<PlaybackService>] {
        [
            HTTPServiceRoute(
                .post, AuthRoutes.prefix + "/ticket/{id}/playback", access: .member,
                bodyByteCountMax: self.bodyByteCountMax, self.beginDescription
            ) { service in .concurrent { request, values in try await service.begin(request, values) } },
            HTTPServiceRoute(
                .get, AuthRoutes.prefix + "/ticket/{id}/playback", access: .member, self.listDescription
            ) { service in .concurrent { request, values in try await service.list(request, values) } },
            HTTPServiceRoute(
                .delete, AuthRoutes.prefix + "/ticket/{id}/playback/{session}", access: .member, self.endDescription
            ) { service in .concurrent { request, values in try await service.end(request, values) } },
            HTTPServiceRoute(
                .post, AuthRoutes.prefix + "/schedule/{id}/preview", access: .member,
                bodyByteCountMax: self.bodyByteCountMax, self.previewDescription
            ) { service in .concurrent { request, values in try await service.preview(request, values) } },
        ]
    }

    private static var beginDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Watch with a ticket", korean: "티켓으로 시청 시작", tag: self.tag,
            details: HTTPWording(
                """
                playlistUrl plays in every HLS player, and needs no cookie and no header. It answers 404 not-live-yet \
                until the show begins, and 503 interrupted while nothing of it comes. A ticket has one such session, \
                or as many as its grade allows: the newest takes the place of the oldest, which is answered 403 \
                session-replaced from then on.
                """,
                korean: """
                    playlistUrl은 쿠키나 헤더 없이 모든 HLS 플레이어에서 재생됩니다. 공연이 시작되기 전에는 404 not-live-yet, \
                    송출이 끊긴 동안에는 503 interrupted로 응답합니다. 티켓 하나로 동시에 시청할 수 있는 세션은 하나(또는 좌석 등급이 \
                    허용하는 수)이며, 새로 시작하면 가장 오래된 세션은 403 session-replaced로 종료됩니다.
                    """), parameters: [self.id],
            answers: [
                HTTPAnswerDescription(
                    .created, "The address that opens the show.", examples: [PlaybackAnswer.example],
                    named: "Playback")
            ], problems: [self.missing, self.void, AuthRoutes.away], options: .idempotencyKey)
    }

    private static var listDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "See where a ticket was opened", korean: "티켓의 시청 기기 목록", tag: self.tag, parameters: [self.id],
            answers: [
                HTTPAnswerDescription(
                    .ok, "Newest first, the last fifty.", examples: [PlaybackListAnswer.example], named: "Playbacks",
                    refine: { $0.refining("items[].endedFor", .choice(["replaced", "ended", "revoked"])) })
            ], problems: [self.missing, AuthRoutes.away])
    }

    private static var endDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "End a session", korean: "시청 세션 종료", tag: self.tag,
            details: HTTPWording(
                "Whoever watches by it is answered 403 session-replaced from then on.",
                korean: "해당 세션은 이후 403 session-replaced로 응답받습니다."),
            parameters: [
                self.id, HTTPParameterDescription(.path, "session", .string(), about: "A sessionId."),
            ],
            answers: [HTTPAnswerDescription(.noContent, "It opens nothing any more.")],
            problems: [self.missing, AuthRoutes.away])
    }

    private static var previewDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Watch a show of one's own", korean: "공연 미리보기(주최자)", tag: self.tag,
            details: HTTPWording(
                "For the organizer, the team and managers, before the doors open too. It ends when they sign out.",
                korean: "주최자와 팀, 관리자가 공연 시작 전에도 볼 수 있습니다. 로그아웃하면 종료됩니다."), parameters: [self.id],
            answers: [
                HTTPAnswerDescription(
                    .created, "The address that opens the show.", examples: [PlaybackAnswer.example],
                    named: "Playback")
            ],
            problems: [
                self.missing, HTTPProblemDescription(.unauthorized, "token-revoked"), AuthRoutes.away,
            ], options: .idempotencyKey)
    }
}
