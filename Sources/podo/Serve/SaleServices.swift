internal import Auth
internal import Commerce
internal import Crypto
internal import Glibc
internal import HTTPServer
internal import Observability
internal import Payments
internal import Postgres
internal import Primitives
internal import Reactor
internal import Ticketing

/// What is for sale, who has it and who pays, put together, and what goes on for them while nobody asks.
final class SaleServices: Sendable {
    let catalogue: CatalogueService
    let reports: SalesService
    let queue: QueueService
    let reservations: ReservationService
    let payments: PaymentService
    let promotions: PromotionService
    let companies: PaymentCompanies
    let shows: LiveShows
    private let news: SeatNews
    private let sweeper: ReservationSweeper
    private let reconciler: PaymentReconciler
    private let refunds: RefundWorker
    private let webhooks: WebhookInbox
    private let canceled: CanceledSchedules
    let invariants: SaleInvariants
    private let deleted: DeletedSchedules
    private let dailyBooks: DailyBooks
    private let maps: SeatMaps
    private let posters = PosterPictures()
    private let database: PostgresDatabase
    private let works: BackgroundWorks
    private let log: Log

    /// Between looks at payments and refunds whose outcome is not known yet.
    private static let paymentTime = TimeAmount.seconds(1)
    /// Between rounds of throwing away webhooks of long ago.
    private static let sweepTime = TimeAmount.seconds(3600)
    /// After a failure to read what has become of a show.
    private static let showRetryTime = TimeAmount.seconds(3)
    /// What a start waits at most for the database to tell how far shows are.
    private static let showLoadTime = TimeAmount.seconds(5)
    /// It is done when it starts; later it is said again what is still open.
    private static let prepareTime = TimeAmount.seconds(86_400)

    init(
        _ configuration: Configuration, root: RootSecret, members: MemberServices, authorizer: any HTTPAuthorizer,
        database: PostgresDatabase, loops: [EventLoop], publicURL: String, ownOrigin: String,
        metrics: MetricsRegistry, log: Log
    ) throws(StartError) {
        self.database = database
        self.works = BackgroundWorks(log: log)
        self.log = log
        let directory = MemberAddressDirectory(members: members.members)
        self.catalogue = CatalogueService(
            database: database, authorizer: authorizer, posterEncoder: self.posters, directory: directory,
            metrics: CatalogueMetrics(registry: metrics))
        self.queue = QueueService(
            database: database, loops: loops,
            keys: Self.queueKeys(root),
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
            tickets: Tickets(database: database, directory: directory),
            gate: ReservationQueueGate(queue: self.queue),
            signer: TicketSigner(
                keys: root.generations.map {
                    (number: UInt8($0.number), key: Ed25519PrivateKey(seed: root.key(for: .ticketCode, in: $0)))
                }))
        self.promotions = PromotionService(
            database: database, rights: CatalogueRights(access: self.catalogue.access))
        self.companies = try PaymentCompanies(
            configuration, loop: loops[0], publicURL: publicURL, ownOrigin: ownOrigin, metrics: metrics, log: log)
        let payments = Payments(
            database: database, orders: TicketingOrders(reservations: reservations),
            gateways: self.companies.gateways,
            options: Self.options(configuration, company: self.companies.gateways[0].name, publicURL: publicURL),
            vault: Self.vault(root),
            metrics: PaymentMetrics(registry: metrics, log: log))
        self.reports = SalesService(
            database: database, access: self.catalogue.access, money: PaymentSums(payments: payments))
        self.shows = LiveShows(database: database, loops: loops, metrics: LiveMetrics(registry: metrics), log: log)
        self.invariants = SaleInvariants(payments: payments, database: database, registry: metrics, log: log)
        self.dailyBooks = DailyBooks(
            payments: payments, companies: self.companies.listing, registry: metrics)
        self.reconciler = PaymentReconciler(payments: payments)
        self.refunds = RefundWorker(payments: payments)
        self.canceled = CanceledSchedules(
            database: database, refunds: PaymentRefunds(payments: payments), log: log)
        self.deleted = DeletedSchedules(database: database)
        self.webhooks = WebhookInbox(payments: payments, reconciler: self.reconciler)
        self.payments = PaymentService(
            payments: payments, refundWorker: self.refunds, webhooks: self.webhooks,
            settlements: Settlements(payments: payments), decider: self.companies.decider)
    }

    private static func options(
        _ configuration: Configuration, company: String, publicURL: String
    ) -> PaymentOptions {
        PaymentOptions(
            gateway: company, publicURL: publicURL,
            platformFee: PlatformFee(
                basisPoints: Int64(configuration.platformFeeBasisPoints),
                taxBasisPoints: Int64(configuration.platformFeeTaxBasisPoints)),
            timeZone: configuration.businessTimeZone)
    }

    /// Of all generations: what a bank account was sealed with once opens it for as long as it is kept.
    private static func vault(_ root: RootSecret) -> PaymentVault {
        PaymentVault(
            keys: root.generations.map { generation in
                (number: UInt8(generation.number), key: root.key(for: .paymentSecret, in: generation))
            })
    }

    /// Rings when there is something to tell.
    var outboxBell: Bell { self.payments.payments.news }

    /// Who is told of what happened to sales.
    var consumers: [OutboxConsumer] {
        let (queue, refunds, reservations) = (self.queue, self.refunds, self.reservations.reservations)
        let payments = self.payments.payments
        return [
            OutboxConsumer("queue", topics: [.paymentCompleted]) { event, transaction in
                guard let purchase = try SaleEvent(event).purchase else { return }
                try await queue.purchaseFinished(
                    concert: purchase.concert, member: purchase.member, reservation: purchase.reservation,
                    in: transaction)
            },
            OutboxConsumer("cancellation", topics: [.concertCanceled]) { event, transaction in
                guard let concert = try SaleEvent(event).concert else { return }
                try await refunds.refundAll(concert, reason: "The concert was canceled.", in: transaction)
            },
            // Nobody is to transfer money for what there is not.
            OutboxConsumer("canceled-transfers", topics: [.concertCanceled, .scheduleCanceled]) { event, transaction in
                guard let concert = try SaleEvent(event).concert else { return }
                try await payments.lookAtTransfers(of: concert, in: transaction)
            },
            // Apart from refunds, which must not wait for it: what is held cannot be paid any more, and lapses.
            OutboxConsumer("canceled-holds", topics: [.concertCanceled, .scheduleCanceled]) { event, _ in
                if event.topic == .scheduleCanceled {
                    guard let schedule = try SaleEvent(event).schedule else { return }
                    _ = try await reservations.cancelAll(schedule: schedule)
                } else if let concert = try SaleEvent(event).concert {
                    _ = try await reservations.cancelAll(concert: concert)
                }
            },
        ]
    }

    // MARK: While it runs

    func start(on loop: EventLoop) {
        self.works.run(on: loop) { await self.queue.run { await loop.pause($0) } }
        self.works.run(on: loop) { await self.queue.watchSeats { await loop.pause($0) } }
        self.works.run(on: loop) { await self.listen() }
        self.works.run(on: loop) { await self.shows.run(on: loop) }
        self.works.run(on: loop) { await self.listenForShows(on: loop) }
        self.works.run(on: loop) { await self.companies.simulator?.company.run() }
        let works: [(StaticString, TimeAmount, @Sendable () async throws -> Bool)] = [
            ("seats not told", SeatNews.interval, { try await self.news.work() }),
            ("reservations not swept", ReservationSweeper.interval, { try await self.sweeper.work() }),
            ("companies not prepared", Self.prepareTime, { try await self.prepareCompanies() }),
            ("concerts not given back", Self.paymentTime, { try await self.refunds.sweep() }),
            ("webhooks not ended", Self.paymentTime, { try await self.webhooks.endKnown() }),
            ("performances not given back", Self.paymentTime, { try await self.canceled.work() }),
            ("seats not thrown away", DeletedSchedules.interval, { try await self.deleted.work() }),
            ("webhooks not swept", Self.sweepTime, { try await self.webhooks.sweep() }),
            ("day not closed", DailyBooks.interval, { try await self.dailyBooks.work() }),
        ]
        for (event, time, round) in works { self.works.start(event, every: time, on: loop, round) }
        // Each company has rounds of its own: one that is silent makes nobody wait for another.
        for companies in self.payments.payments.companies {
            self.works.start("payments not looked at", every: Self.paymentTime, on: loop) {
                try await self.reconciler.work(on: companies)
            }
            self.works.start("refunds not made", every: Self.paymentTime, on: loop) {
                try await self.refunds.work(on: companies)
            }
            self.works.start("webhooks not read", every: Self.paymentTime, on: loop) {
                try await self.webhooks.work(on: companies)
            }
        }
        self.invariants.start(self.works, on: loop)
    }

    /// Waits until it is known which shows go on and which are over: before anybody is let in, to whom they would be
    /// shows that have not begun. Blocks, for the main thread.
    func waitUntilShowsAreRead() -> Bool {
        let deadline = MonotonicTime.now + Self.showLoadTime
        while !self.shows.areRead {
            if MonotonicTime.now > deadline { return false }
            usleep(1000)
        }
        return true
    }

    /// What is under way with a payment company comes to its end, and nothing new begins.
    func finish(until deadline: MonotonicTime, on loop: EventLoop) async {
        await self.works.finish(until: deadline, on: loop)
    }

    func stop() {
        self.works.cancel()
        self.companies.stop()
        self.posters.stop()
        self.maps.stop()
    }

    /// A root secret that was read anew.
    func replaceKeys(_ root: RootSecret) { self.queue.replaceKeys(Self.queueKeys(root)) }

    /// Of the newest generations, as with members' tokens: who rotates twice is rid of a key.
    private static func queueKeys(_ root: RootSecret) -> [(number: UInt8, key: SecretBytes)] {
        root.generations.prefix(AccessTokens.keyCountMax).map { generation in
            (number: UInt8(generation.number), key: root.key(for: .queueTicket, in: generation))
        }
    }

    /// What companies that are gone still owe is told; the simulated one is reminded of what it has sold.
    private func prepareCompanies() async throws -> Bool {
        try await self.payments.payments.tellOfGoneCompanies()
        try await self.payments.payments.tellOfUnknownTimeZone()
        if let simulator = self.companies.simulator {
            try await self.payments.payments.remind(simulator.company)
        }
        return false
    }

    private func listen() async {
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
            while !Task.isCancelled {
                do {
                    switch notification {
                    case .resynchronize: try await self.shows.reload()
                    case .message(let text): try await self.shows.hear(text)
                    }
                    break
                } catch {
                    self.log.warning("shows not read", ["reason": .text("\(error)")])
                    await loop.pause(Self.showRetryTime)
                }
            }
        }
    }
}
