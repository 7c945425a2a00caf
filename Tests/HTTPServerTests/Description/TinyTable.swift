import HTTPServer

/// A table that has one of everything that a document can tell of.
enum TinyTable {
    enum Role: String, CaseIterable { case user = "ROLE_USER", seller = "ROLE_SELLER" }

    struct SignUp: JSONDecodable {
        let name: String

        init(json: JSONObjectReader) throws(JSONFieldErrors) {
            let name = json.string("name", lengthMin: 1, lengthMax: 30, about: "As others see it.")
            let email = json.string("email", lengthMax: 254, format: "email")
            let role = json.choice("roleType", of: Role.self)
            guard let name, email != nil, role != nil else { throw json.failure }
            self.name = name
        }
    }

    struct Member: JSONEncodable {
        let id: Int64
        let name: String?

        func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("memberId", self.id)
                writer.member("name", self.name)
            }
        }
    }

    struct Page: JSONEncodable {
        let items: [Member]
        let nextCursor: String?

        func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("items", self.items)
                writer.member("nextCursor", self.nextCursor)
            }
        }
    }

    static let info = OpenAPIInfo(
        title: "Tiny", version: "1.2.3", about: HTTPWording("One of everything.", korean: "하나씩."),
        tags: [
            (name: "api", about: HTTPWording("The API itself", korean: "API")),
            (name: "members", about: HTTPWording("Members", korean: "회원")),
        ], sessionCookieName: "session")

    static let signUp = HTTPRoute(
        .post, "/api/v1/member", access: .anyone, bodyByteCountMax: 4096,
        .concurrent { request, _ in
            let member = try request.decodeJSON(SignUp.self)
            return HTTPResponse(.created, json: Member(id: 7, name: member.name))
        }
    ).described(
        HTTPRouteDescription(
            "Sign up", korean: "회원 가입", tag: "members",
            details: HTTPWording("A mail tells how to go on.", korean: "메일로 안내합니다."), takes: SignUp.schema,
            answers: [
                HTTPAnswerDescription(
                    .created, "There is a member.", examples: [Member(id: 7, name: "Kim"), Member(id: 8, name: nil)],
                    named: "Member", fields: [("Location", "Where the member is.")])
            ],
            problems: [
                HTTPProblemDescription(.conflict, "duplicate-email"),
                HTTPProblemDescription(.tooManyRequests, "rate-limited", saysWhenToRetry: true),
            ], options: .idempotencyKey))

    static let members = HTTPRoute(
        .get, "/api/v1/member", access: .manager,
        .concurrent { _, _ in HTTPResponse(json: Page(items: [], nextCursor: nil)) }
    ).described(
        HTTPRouteDescription(
            "All members", korean: "회원 목록", tag: "members",
            answers: [
                HTTPAnswerDescription(
                    .ok, "A page.",
                    examples: [
                        Page(items: [Member(id: 7, name: "Kim"), Member(id: 8, name: nil)], nextCursor: "abc"),
                        Page(items: [], nextCursor: nil),
                    ])
            ], options: .pages))

    static let follow = HTTPRoute(
        .delete, "/api/v1/member/{id}/follow", access: .member, .immediate { _, _ in HTTPResponse(.noContent) }
    ).described(
        HTTPRouteDescription(
            "Follow no longer", korean: "팔로우 취소", tag: "members",
            parameters: [HTTPParameterDescription(.path, "id", .integer(1...Int64.max))],
            answers: [HTTPAnswerDescription(.noContent, "Not followed.")]))

    static let routes =
        [signUp, signUp.alias("/member"), members, follow] + APIDocumentRoute.table(tag: "api").map(\.unbound)
}
