internal import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives
internal import Reactor
internal import Synchronization

/// What services that sell have in common, put together, and what goes on for them while nobody asks.
final class CommerceServices: Sendable {
    let live: LiveViews
    private let database: PostgresDatabase
    private let relay: OutboxRelay
    private let idempotency: Idempotency
    private let load: LoadGuard
    private let budgets = MemberBudgets()
    private let networkBudget = AddressBudget(RouteLoad.networkPolicy)
    private let loops: [EventLoop]
    private let log: Log
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// Between rounds of throwing away.
    private static let sweepTime = TimeAmount.seconds(60)

    /// `consumers` are all who are told of events, at once when `bell` rings.
    init(
        consumers: [OutboxConsumer], bell: Bell, database: PostgresDatabase, loops: [EventLoop],
        metrics: MetricsRegistry, log: Log
    ) {
        self.loops = loops
        self.log = log
        self.database = database
        let labels = Set(PublicAPI.tables.flatMap(\.unbound).map(\.label))
        self.live = LiveViews(
            requests: RecentRequests(routeLabels: labels, loopCount: loops.count), loops: loops)
        let consumers = consumers + [LiveViews.consumer]
        self.idempotency = Idempotency(
            database: database, metrics: IdempotencyMetrics(registry: metrics), log: log)
        self.load = LoadGuard(registry: metrics, log: log)
        self.relay = OutboxRelay(
            database: database, consumers: consumers, bell: bell,
            metrics: OutboxMetrics(consumers: consumers, registry: metrics), log: log)
    }

    /// The routes behind everything that stands in front of them: load first, then budgets, then keys.
    func guarding(_ routes: [HTTPRoute]) -> [HTTPRoute] {
        self.idempotency.guarding(routes).map { route in
            guard let load = RouteLoad(route) else { return route }
            if load.isOpen { return self.load.guarding(route, as: load.kind, budget: self.networkBudget) }
            return self.load.guarding(route, as: load.kind, budget: load.budget.flatMap { self.budgets[$0] })
        }
    }

    func start(on loop: EventLoop) {
        let (load, loops) = (self.load, self.loops)
        let works: [@Sendable () async -> Void] =
            self.relay.works(on: loop) + [
                { await self.sweep(on: loop) }, { await load.watch(loops) }, { await self.listen() },
                { await self.live.followRequests { await loop.pause($0) } },
            ]
        self.tasks.withLock { tasks in
            tasks = works.map { work in Task(executorPreference: loop) { await work() } }
        }
    }

    func stop() {
        for task in self.tasks.withLock({ $0 }) { task.cancel() }
    }

    private func listen() async {
        let notifications = self.database.listen(LiveViews.channel)
        while let notification = await notifications.next(), !Task.isCancelled {
            switch notification {
            case .resynchronize: self.live.resynchronize()
            case .message(let text): self.live.hear(text)
            }
        }
    }

    private func sweep(on loop: EventLoop) async {
        while !Task.isCancelled {
            do {
                try await self.idempotency.sweep()
            } catch {
                self.log.warning("answers not swept", ["reason": .text("\(error)")])
            }
            await loop.pause(Self.sweepTime)
        }
    }
}
