import Commerce
import Crypto
import Foundation
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Ticketing

/// One process that sells seats of a rig's database: several of them are several processes.
final class ReservationRig: Sendable {
    let rig: TicketingRig
    let maps: SeatMaps
    let reservations: Reservations
    let news: SeatNews
    let registry: MetricsRegistry
    let directory = TestDirectory()

    /// How often races are repeated.
    static let repetitionCount = ProcessInfo.processInfo.environment["PODO_RACE_REPETITIONS"].flatMap { Int($0) } ?? 10

    init(
        _ rig: TicketingRig, isBatching: Bool = true, limits: ReservationLimits = ReservationLimits(),
        seatLimits: SeatLimits = SeatLimits()
    ) {
        self.rig = rig
        self.registry = MetricsRegistry(loopCount: rig.group.loops.count)
        let metrics = ReservationMetrics(registry: self.registry)
        self.maps = SeatMaps(database: rig.database, loops: rig.group.loops, limits: seatLimits, metrics: metrics)
        var limits = limits
        limits.isBatching = isBatching
        self.reservations = Reservations(
            database: rig.database, maps: self.maps, loops: rig.group.loops, limits: limits, metrics: metrics)
        self.news = SeatNews(self.maps)
    }

    static let signer = TicketSigner(
        keys: [(number: 3, key: Ed25519PrivateKey(seed: SecretBytes(copying: [UInt8](repeating: 9, count: 32))))])

    deinit { self.maps.stop() }

    func client(gate: any QueueGate = OpenQueue()) throws -> TicketingClient {
        let service = ReservationService(
            reservations: self.reservations, tickets: Tickets(database: self.rig.database, directory: self.directory),
            gate: gate, signer: Self.signer)
        return try TicketingClient(self.rig, routes: ReservationRoutes.table.map { $0.bound(to: service) })
    }

    func hold(_ sale: TicketingRig.Sale, _ member: Int64, _ seats: [Int]) async throws -> HoldOutcome {
        let reservations = self.reservations
        return try await self.rig.onLoop {
            try await reservations.hold(schedule: sale.schedule, member: member, seats: seats.map(sale.seat))
        }
    }

    /// What has to be held.
    func held(_ sale: TicketingRig.Sale, _ member: Int64, _ seats: [Int]) async throws -> Int64 {
        let outcome = try await self.hold(sale, member, seats)
        guard case .held(let hold) = outcome else { throw Refused(outcome: outcome) }
        return hold.reservation
    }

    struct Refused: Error { let outcome: HoldOutcome }

    /// All at the same time; the outcomes in their order.
    func rush(_ sale: TicketingRig.Sale, _ wishes: [(member: Int64, seats: [Int])]) async throws -> [HoldOutcome] {
        try await rushOver([self], sale, wishes)
    }

    /// In a transaction, as payments do.
    func pay<Value: Sendable>(
        _ body: @escaping @Sendable (Reservations, PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let reservations = self.reservations
        return try await self.rig.onLoop {
            try await reservations.database.transaction("test_payment") { try await body(reservations, $0) }
        }
    }

    func order(_ id: Int64, of member: Int64) async throws -> ReservationOrder? {
        try await self.reservations.orders([(id, member)])[id]
    }
    func freeze(_ id: Int64) async throws -> Bool {
        try await self.pay { try await $0.freeze([id], in: $1).contains(id) }
    }
    func confirm(_ id: Int64) async throws -> [Int64]? { try await self.pay { try await $0.confirm(id, in: $1) } }

    /// Every rule holds, once holds that have lapsed while a long test ran are swept, as they are in a running house.
    func expectSound(_ location: SourceLocation = #_sourceLocation) async throws {
        while try await self.rig.onLoop({ try await self.reservations.sweepExpired(100) }) == 100 {}
        let broken = try await TicketingInvariants.broken(in: self.rig.database)
        #expect(broken.map { "\($0.name): \($0.count)" } == [], sourceLocation: location)
    }
}

/// Wishes are spread over processes, all at the same time.
func rushOver(
    _ processes: [ReservationRig], _ sale: TicketingRig.Sale, _ wishes: [(member: Int64, seats: [Int])]
) async throws -> [HoldOutcome] {
    try await withThrowingTaskGroup(of: (Int, HoldOutcome).self) { group in
        for (index, wish) in wishes.enumerated() {
            let process = processes[index % processes.count]
            let loops = process.rig.group.loops
            group.addTask {
                let loop = loops[index / processes.count % loops.count]
                while true {
                    do {
                        let outcome = try await Task(executorPreference: loop) {
                            try await process.reservations.hold(
                                schedule: sale.schedule, member: wish.member, seats: wish.seats.map(sale.seat))
                        }.value
                        // Who is told so comes again, as the answer says.
                        if case .busy = outcome { continue }
                        return (index, outcome)
                    } catch let error as PostgresError where error.code == .overloaded || error.code == .timedOut {
                        // Nothing has happened: on a busy machine a customer would come again too.
                        continue
                    }
                }
            }
        }
        var outcomes = [HoldOutcome](repeating: .invalid, count: wishes.count)
        for try await (index, outcome) in group { outcomes[index] = outcome }
        return outcomes
    }
}

extension HoldOutcome {
    var isHeld: Bool { if case .held = self { true } else { false } }
}

struct OpenQueue: QueueGate {
    func mayBuy(concert: Int64, member: Int64, pass: String?) async -> Bool { true }
}

/// Lets nobody buy who has not this pass.
struct PassQueue: QueueGate {
    let pass: String

    func mayBuy(concert: Int64, member: Int64, pass: String?) async -> Bool { pass == self.pass }
}

final class TestDirectory: MemberDirectory {
    private let members = Mutex<[String: Int64]>([:])

    func add(_ email: String, _ member: Int64) { self.members.withLock { $0[email] = member } }

    func member(email: String) async throws -> Int64? { self.members.withLock { $0[email] } }

    /// What stands before the @.
    func names(of members: [Int64]) async throws -> [Int64: String] {
        self.members.withLock { known in
            let named = known.map { ($0.value, String($0.key.prefix { $0 != "@" })) }
            return Dictionary(named) { $1 }.filter { members.contains($0.key) }
        }
    }
}
