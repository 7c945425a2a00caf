import Commerce
import Crypto
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import Synchronization

@testable import Payments
@testable import Ticketing

/// What sells, put together as the program does it, with the simulated company.
///
/// All it knows is in the database but for the maps of seats: a crash takes those, and whatever was half done.
final class SaleHouse: Sendable {
    let sale: SaleDatabase
    let maps: SeatMaps
    let reservations: Reservations
    let blocks: SeatBlocks
    let news: SeatNews
    let sweeper: ReservationSweeper
    let concerts: Concerts
    let payments: Payments
    let reconciler: PaymentReconciler
    let webhooks: WebhookInbox
    let refunds: RefundWorker
    let registry = MetricsRegistry(loopCount: 1)
    private let consumers: [OutboxConsumer]
    private let relay: OutboxRelay

    init(_ sale: SaleDatabase, company: SaleCompany) {
        let (database, registry) = (sale.database, self.registry)
        self.sale = sale
        let metrics = ReservationMetrics(registry: registry)
        self.maps = SeatMaps(database: database, loops: sale.group.loops, metrics: metrics)
        self.reservations = Reservations(
            database: database, maps: self.maps, loops: sale.group.loops, metrics: metrics)
        self.blocks = SeatBlocks(database: database, maps: self.maps, metrics: metrics)
        self.news = SeatNews(self.maps)
        self.sweeper = ReservationSweeper(self.reservations)
        let catalogue = CatalogueMetrics(registry: registry)
        self.concerts = Concerts(
            stages: Stages(
                database: database, access: CatalogueAccess(database: database),
                timeZones: TimeZoneNames(database: database), metrics: catalogue), metrics: catalogue)
        var limits = PaymentLimits()
        // One at a time, so that a seed says in which order everything happens.
        limits.askCountMax = 1
        self.payments = Payments(
            database: database, orders: SaleOrders(reservations: self.reservations), gateways: [company],
            options: PaymentOptions(gateway: company.name, publicURL: "https://podo.test"), limits: limits,
            vault: PaymentVault(keys: [(number: 1, key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))]),
            metrics: PaymentMetrics(registry: registry, log: sale.log))
        self.reconciler = PaymentReconciler(payments: self.payments)
        self.webhooks = WebhookInbox(payments: self.payments, reconciler: self.reconciler)
        self.refunds = RefundWorker(payments: self.payments)
        let (reservations, refunds) = (self.reservations, self.refunds)
        self.consumers = [
            OutboxConsumer("cancellation", topics: [.concertCanceled]) { _, transaction in
                _ = try await reservations.cancelAll(concert: SaleDatabase.concert)
                try await refunds.refundAll(
                    SaleDatabase.concert, reason: "The concert was canceled.", in: transaction)
            }
        ]
        self.relay = OutboxRelay(
            database: database, consumers: self.consumers,
            metrics: OutboxMetrics(consumers: self.consumers, registry: registry), log: sale.log)
    }

    deinit { self.maps.stop() }

    static let seller = HTTPCaller(memberID: SaleDatabase.seller, role: .seller, proof: .bearer)

    func start() async throws { try await self.relay.register() }

    /// Whatever is known by heart is forgotten.
    func forget() { self.maps.state.withLock { $0 = SeatMapTable() } }

    /// One round of telling what happened.
    func relayOnce() async throws -> String {
        let spread = try await self.relay.spread()
        let told = try await self.relay.tell(self.consumers[0], countMax: 16)
        return "\(spread) \(told)"
    }

    func cancelConcert() async throws {
        _ = try await self.concerts.cancel(SaleDatabase.concert, by: Self.seller)
    }
}
