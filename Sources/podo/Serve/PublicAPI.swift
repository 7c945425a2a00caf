internal import Auth
internal import Commerce
internal import HTTPServer
internal import Payments
internal import Ticketing

/// The API as it is described: at `/openapi.json`, on the page `/docs/`, and by `podo openapi`.
enum PublicAPI {
    private static let documentTag = "api"

    static let info = OpenAPIInfo(
        title: "Podo", version: PodoVersion.text,
        about: HTTPWording(
            """
            Sells seats to live shows and streams them to the people who paid. Times are RFC 3339 in UTC, money is an \
            integer of the smallest unit of its currency, and errors are problem documents (RFC 9457) whose `code` \
            stays as it is. Where a browser asks for a page, problems are pages. Fields that are not named here are \
            passed over in requests, and may come to be in answers.
            """,
            korean: """
                라이브 공연의 좌석을 팔고, 산 사람에게 공연을 중계합니다. 시각은 UTC의 RFC 3339, 금액은 통화의 가장 작은 단위의 \
                정수이고, 오류는 문제 문서(RFC 9457)이며 그 `code`는 바뀌지 않습니다. 브라우저가 페이지를 요청하면 문제도 페이지로 \
                답합니다. 여기에 없는 필드는 요청에서는 무시되고, 응답에는 나중에 더해질 수 있습니다.
                """),
        tags: [
            (name: AuthRoutes.tag, about: HTTPWording("Accounts, and who is signed in", korean: "회원과 로그인")),
            (name: "stages", about: HTTPWording("Where shows take place", korean: "공연장")),
            (name: "concerts", about: HTTPWording("What is for sale", korean: "공연")),
            (name: QueueRoutes.tag, about: HTTPWording("Waiting for a sale", korean: "예매 대기열")),
            (name: "seats", about: HTTPWording("Which seats are free", korean: "좌석")),
            (name: "reservations", about: HTTPWording("Seats held for a buyer", korean: "예매")),
            (name: PaymentRoutes.tag, about: HTTPWording("Money in and back", korean: "결제와 환불")),
            (name: PromotionRoutes.tag, about: HTTPWording("Codes that take something off", korean: "할인 코드")),
            (name: "tickets", about: HTTPWording("What a buyer has", korean: "티켓")),
            (name: LiveRoutes.tag, about: HTTPWording("Publishing and following shows", korean: "공연 송출과 진행")),
            (name: PlaybackRoutes.tag, about: HTTPWording("Watching shows", korean: "공연 시청")),
            (name: "settlements", about: HTTPWording("What sellers are paid", korean: "정산")),
            (name: ViewRoutes.tag, about: HTTPWording("What happens, as it happens", korean: "실시간 관리")),
            (name: Self.documentTag, about: HTTPWording("The API itself", korean: "API 자체")),
        ],
        sessionCookieName: "podo-session", unauthenticated: MemberAuthorizer.refusal)

    /// The tables of all services, each with what answers it: a service is added to the API by a line here, its tag
    /// above, and a member of `PublicServices`.
    static var tables: [APITable] {
        [
            APITable(AuthRoutes.table) { $0.members },
            APITable(SocialRoutes.table) { $0.social },
            APITable(CatalogueRoutes.table) { $0.catalogue },
            APITable(SalesRoutes.table) { $0.salesReports },
            APITable(QueueRoutes.table) { $0.queue },
            APITable(ReservationRoutes.table) { $0.reservations },
            APITable(PaymentRoutes.table) { $0.payments },
            APITable(PromotionRoutes.table) { $0.promotions },
            APITable(LiveRoutes.table) { $0.shows },
            APITable(ViewRoutes.table) { $0.views },
            APITable(HouseRoutes.table) { $0.house },
            APITable(PlaybackRoutes.table) { $0.playback },
        ]
    }

    /// The rows of all tables, known without anything that answers them.
    static var table: [HTTPRoute] { self.tables.flatMap(\.unbound) + self.documentTable.map(\.unbound) }

    static var document: OpenAPIDocument { OpenAPIDocument(self.info, routes: self.table) }

    /// One line of JSON, the same wherever the same program runs.
    static var documentText: String { String(decoding: self.document.json, as: UTF8.self) }

    /// The route of the document, which tells of these routes and of itself.
    static func documentRoutes(describing routes: [HTTPRoute], madeAtUnixSeconds: Int) -> [HTTPRoute] {
        let document = OpenAPIDocument(self.info, routes: routes + self.documentTable.map(\.unbound))
        let content = APIDocumentRoute.content(of: document, modifiedAtUnixSeconds: madeAtUnixSeconds)
        return self.documentTable.map { $0.bound(to: content) }
    }

    private static let documentTable = APIDocumentRoute.table(tag: Self.documentTag)
}
