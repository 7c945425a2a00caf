internal import Auth
internal import Commerce
internal import Crypto
internal import HTTPServer
internal import Observability
internal import Payments
internal import Postgres
internal import Primitives
internal import Reactor
internal import Synchronization
internal import Ticketing

/// What is for sale, who has it and who pays, put together, and what goes on for them while nobody asks.
final class SaleServices: Sendable {
    let catalogue: CatalogueService
    let queue: QueueService
    let reservations: ReservationService
    let payments: PaymentService
    let companies: PaymentCompanies
    let shows: LiveShows
    private let news: SeatNews
    private let sweeper: ReservationSweeper
    private let reconciler: PaymentReconciler
    private let refunds: RefundWorker
    private let webhooks: WebhookInbox
    private let invariants: SaleInvariants
    private let maps: SeatMaps
    private let posters = PosterPictures()
    private let database: PostgresDatabase
    private let log: Log
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// Between looks at payments and refunds whose outcome is not known yet.
    private static let paymentTime = TimeAmount.seconds(1)
    /// Between rounds of throwing away webhooks of long ago.
    private static let sweepTime = TimeAmount.seconds(3600)
    /// After a failure, before it is tried again.
    private static let retryTime = TimeAmount.seconds(3)

    init(
        _ configuration: Configuration, root: RootSecret, members: MemberServices, authorizer: any HTTPAuthorizer,
        database: PostgresDatabase, loops: [EventLoop], publicURL: String, metrics: MetricsRegistry, log: Log
    ) throws(StartError) {
        self.database = database
        self.log = log
        self.catalogue = CatalogueService(
            database: database, authorizer: authorizer, posterEncoder: self.posters,
            metrics: CatalogueMetrics(registry: metrics))
        self.queue = QueueService(
            database: database, loops: loops,
            keys: root.generations.map { (number: UInt8($0.number), key: root.key(for: .queueTicket, in: $0)) },
            access: CatalogueQueueAccess(access: self.catalogue.access), metrics: QueueMetrics(registry: metrics),
            log: log)
        let reservationMetrics = ReservationMetrics(registry: metrics)
        let maps = SeatMaps(database: database, loops: loops, metrics: reservationMetrics)
        let reservations = Reservations(database: database, maps: maps, loops: loops, metrics: reservationMetrics)
        self.maps = maps
        self.news = SeatNews(maps)
        self.sweeper = ReservationSweeper(reservations)
        self.reservations = ReservationService(
            reservations: reservations,
            tickets: Tickets(database: database, directory: MemberAddressDirectory(members: members.members)),
            gate: ReservationQueueGate(queue: self.queue))
        self.companies = try PaymentCompanies(
            configuration, loop: loops[0], publicURL: publicURL, metrics: metrics, log: log)
        let payments = Payments(
            database: database, orders: TicketingOrders(reservations: reservations),
            gateways: self.companies.gateways,
            options: PaymentOptions(gateway: self.companies.gateways[0].name, publicURL: publicURL),
            metrics: PaymentMetrics(registry: metrics, log: log))
        self.shows = LiveShows(database: database, loops: loops, metrics: LiveMetrics(registry: metrics), log: log)
        self.invariants = SaleInvariants(payments: payments, database: database, registry: metrics, log: log)
        self.reconciler = PaymentReconciler(payments: payments)
        self.refunds = RefundWorker(payments: payments)
        self.webhooks = WebhookInbox(payments: payments, reconciler: self.reconciler)
        self.payments = PaymentService(
            payments: payments, refundWorker: self.refunds, webhooks: self.webhooks,
            settlements: Settlements(payments: payments), decider: self.companies.simulator)
    }

    /// Who is told of what happened to sales.
    var consumers: [OutboxConsumer] {
        let (queue, refunds, reservations) = (self.queue, self.refunds, self.reservations.reservations)
        return [
            OutboxConsumer("queue", topics: [.paymentCompleted]) { event, _ in
                guard let (concert, member) = try SaleEvent(event).buyer else { return }
                try await queue.purchaseFinished(concert: concert, member: member)
            },
            OutboxConsumer("cancellation", topics: [.concertCanceled]) { event, transaction in
                guard let concert = try SaleEvent(event).concert else { return }
                _ = try await reservations.cancelAll(concert: concert)
                try await refunds.refundAll(concert, reason: "The concert was canceled.", in: transaction)
            },
        ]
    }

    // MARK: While it runs

    func start(on loop: EventLoop) {
        let works: [@Sendable () async -> Void] = [
            { await self.queue.run { await loop.pause($0) } },
            { await self.listen(on: loop) },
            { await self.shows.run(on: loop) },
            { await self.listenForShows(on: loop) },
            {
                await self.repeatedly("seats not told", every: SeatNews.interval, on: loop) {
                    try await self.news.work()
                }
            },
            {
                await self.repeatedly("reservations not swept", every: ReservationSweeper.interval, on: loop) {
                    try await self.sweeper.work()
                }
            },
            { await self.work("payments not looked at", on: loop) { try await self.reconciler.work() } },
            { await self.work("refunds not made", on: loop) { try await self.refunds.work() } },
            { await self.companies.simulator?.company.run() },
            { await self.work("webhooks not read", on: loop) { try await self.webhooks.work() } },
            {
                await self.repeatedly("webhooks not swept", every: Self.sweepTime, on: loop) {
                    try await self.webhooks.sweep()
                }
            },
            {
                await self.repeatedly("rules not looked at", every: SaleInvariants.interval, on: loop) {
                    try await self.invariants.look()
                    return false
                }
            },
        ]
        self.tasks.withLock { tasks in
            tasks = works.map { work in Task(executorPreference: loop) { await work() } }
        }
    }

    func stop() {
        for task in self.tasks.withLock({ $0 }) { task.cancel() }
        self.companies.stop()
        self.posters.stop()
        self.maps.stop()
    }

    private func listen(on loop: EventLoop) async {
        let notifications = self.database.listen(SeatNews.channel)
        while let notification = await notifications.next(), !Task.isCancelled {
            switch notification {
            case .resynchronize: self.news.reload()
            case .message(let text): self.news.hear(text)
            }
        }
    }

    private func listenForShows(on loop: EventLoop) async {
        let notifications = self.database.listen(LiveShows.channel)
        while let notification = await notifications.next(), !Task.isCancelled {
            await self.repeatedly("shows not read", every: Self.retryTime, on: loop, isOnce: true) {
                switch notification {
                case .resynchronize: try await self.shows.reload()
                case .message(let text): try await self.shows.hear(text)
                }
                return false
            }
        }
    }

    private func work(_ event: StaticString, on loop: EventLoop, _ body: @escaping () async throws -> Bool) async {
        await self.repeatedly(event, every: Self.paymentTime, on: loop, body)
    }

    /// `body` says whether there is more to do at once.
    ///
    /// - Parameter isOnce: Until it has succeeded.
    private func repeatedly(
        _ event: StaticString, every time: TimeAmount, on loop: EventLoop, isOnce: Bool = false,
        _ body: () async throws -> Bool
    ) async {
        while !Task.isCancelled {
            do {
                if try await body() { continue }
                if isOnce { return }
                await loop.pause(time)
            } catch {
                self.log.warning(event, ["reason": .text("\(error)")])
                await loop.pause(Self.retryTime)
            }
        }
    }
}

/// What of an event's payload is about a sale.
private struct SaleEvent {
    private let members: [JSONName: JSONValue]

    init(_ event: OutboxEvent) throws {
        guard case .object(let members) = try JSONParser.parse(Array(event.payload.utf8)) else {
            self.members = [:]
            return
        }
        self.members = members
    }

    var concert: Int64? { self.number("concertId") }

    var buyer: (concert: Int64, member: Int64)? {
        guard let concert = self.concert, let member = self.number("memberId") else { return nil }
        return (concert, member)
    }

    private func number(_ name: JSONName) -> Int64? {
        if case .integer(let value)? = self.members[name] { value } else { nil }
    }
}
