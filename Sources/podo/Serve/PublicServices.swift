internal import Auth
internal import Commerce
internal import HTTPServer
internal import Payments
internal import Ticketing

/// What answers the routes of the API: one member for each service, and one line for each of its tables in
/// `PublicAPI.tables`.
struct PublicServices: Sendable {
    let members: AuthService
    let social: SocialService
    let catalogue: CatalogueService
    let salesReports: SalesService
    let queue: QueueService
    let reservations: ReservationService
    let payments: PaymentService
    let promotions: PromotionService
    let views: LiveViews
    let shows: LiveService
    let playback: PlaybackService
    let house: HouseService

    init(
        _ members: MemberServices, _ social: SocialServices, _ sales: SaleServices, _ playback: PlaybackServices,
        _ commerce: CommerceServices, _ shows: LiveService, _ house: HouseService
    ) {
        self.members = members.service
        self.social = social.service
        self.catalogue = sales.catalogue
        self.queue = sales.queue
        self.reservations = sales.reservations
        self.payments = sales.payments
        self.playback = playback.service
        self.salesReports = sales.reports
        self.promotions = sales.promotions
        self.views = commerce.live
        self.shows = shows
        self.house = house
    }

    /// Every route of the API with what answers it.
    var routes: [HTTPRoute] { PublicAPI.tables.flatMap { $0.bound(to: self) } }
}

/// A table of routes whatever it is answered by, so that tables of all services stand in one list.
struct APITable: Sendable {
    /// The rows as they are described before there is anything to bind them to.
    let unbound: [HTTPRoute]
    private let bind: @Sendable (PublicServices) -> [HTTPRoute]

    init<Service: Sendable>(
        _ table: [HTTPServiceRoute<Service>], _ service: @escaping @Sendable (PublicServices) -> Service
    ) {
        let table = OtherNames.adding(to: table)
        self.unbound = table.map(\.unbound.describedWithBudget)
        self.bind = { services in
            let service = service(services)
            return table.map { $0.bound(to: service).describedWithBudget }
        }
    }

    func bound(to services: PublicServices) -> [HTTPRoute] { self.bind(services) }
}
