internal import HTTPServer
internal import Primitives

/// What shows concerts.
extension CatalogueRoutes {
    static var reading: [HTTPServiceRoute<CatalogueService>] {
        let search = HTTPServiceRoute<CatalogueService>(
            .get, self.prefix + "/concert", access: .anyone, self.searching
        ) { service in .concurrent { request, _ in try await service.search(request) } }
        let look = HTTPServiceRoute<CatalogueService>(
            .get, self.prefix + "/concert/{id}", access: .anyone,
            HTTPRouteDescription(
                "See a concert", korean: "공연 상세 조회", tag: self.concertTag,
                details: HTTPWording(
                    "With its schedules and grades, and how many seats nobody has. Drafts are their team's alone.",
                    korean: "회차, 등급, 남은 좌석 수를 함께 보여 줍니다. 공개 전 공연은 담당 팀만 볼 수 있습니다."),
                parameters: [self.concert],
                answers: [
                    HTTPAnswerDescription(
                        .ok, "The concert.", examples: ConcertDetail.examples.map { ConcertDetailAnswer(detail: $0) },
                        named: "Concert", fields: [("ETag", "Takes part in `If-Match` of changes.")],
                        refine: Self.refined)
                ], problems: [self.missing, self.away], options: .conditional)
        ) { service in .concurrent { request, values in try await service.concert(request, values) } }
        let own = HTTPServiceRoute<CatalogueService>(
            .get, self.prefix + "/member/me/concert", access: .member,
            HTTPRouteDescription(
                "One's concerts, drafts too", korean: "내 공연 목록", tag: self.concertTag,
                answers: [self.list("Newest first; those of sellers for whom one works too.")],
                problems: [self.badPage, self.away], options: .pages)
        ) { service in .concurrent { request, _ in try await service.ownConcerts(request) } }
        let all = HTTPServiceRoute<CatalogueService>(
            .get, self.prefix + "/admin/concerts", access: .manager,
            HTTPRouteDescription(
                "All concerts, drafts too", korean: "전체 공연 목록", tag: self.concertTag,
                parameters: [
                    HTTPParameterDescription(.query, "status", JSONSchema.choice(of: ConcertStatus.self).kind),
                    HTTPParameterDescription(.query, "sellerId", .integer(1...CatalogueNumber.max)),
                ],
                answers: [self.list("Newest first.")], problems: [self.badPage, self.away], options: .pages)
        ) { service in .concurrent { request, _ in try await service.allConcerts(request) } }
        return self.both(search) + self.both(look) + [own, all]
    }

    private static var searching: HTTPRouteDescription {
        // No format is told: forms send what was left out as an empty text, and that is taken.
        let time = JSONSchema.Kind.string(JSONStringRule(lengthMax: 40))
        return HTTPRouteDescription(
            "Find concerts", korean: "공연 검색", tag: self.concertTag,
            details: HTTPWording(
                "Words are found in names and performers, in the middle of a word too, whatever spaces and case.",
                korean: "공연 이름과 출연자에서 찾습니다. 단어 중간도 찾고, 띄어쓰기와 대소문자를 가리지 않습니다."),
            parameters: [
                HTTPParameterDescription(
                    .query, "keyword", .string(JSONStringRule(lengthMax: CatalogueLimits.keywordLengthMax)),
                    about: "In Korean, English or digits."),
                HTTPParameterDescription(.query, "category", .choice(ConcertCategory.allCases.map(\.rawValue) + [""])),
                HTTPParameterDescription(
                    .query, "from", time, about: "Concerts that are played at this time (RFC 3339) or later."),
                HTTPParameterDescription(
                    .query, "to", time, about: "Concerts that are played before this time (RFC 3339)."),
            ],
            answers: [self.list("Newest first.")], problems: [self.badPage, self.away], options: .pages)
    }

    private static func list(_ about: String) -> HTTPAnswerDescription {
        HTTPAnswerDescription(
            .ok, about,
            examples: ListedConcert.examples.flatMap { Self.pages(of: ListedConcertAnswer(concert: $0)) },
            named: "Concerts"
        ) { schema in
            schema.refining("items[].category", JSONSchema.choice(of: ConcertCategory.self).kind)
                .refining("items[].status", JSONSchema.choice(of: ConcertStatus.self).kind)
        }
    }

    private static func refined(_ schema: JSONSchema) -> JSONSchema {
        schema.refining("category", JSONSchema.choice(of: ConcertCategory.self).kind)
            .refining("status", JSONSchema.choice(of: ConcertStatus.self).kind)
            .refining("grades[].kind", JSONSchema.choice(of: GradeKind.self).kind)
            .refining("schedules[].live.state", LiveAnswer.states)
    }
}
