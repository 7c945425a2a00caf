import Foundation
import Reactor
import Testing

/// Thousands of sales that nobody has thought of. `SALE_SEEDS` says how many, `SALE_SEED` replays one, and
/// `make simulate` runs as many as it is told.
@Suite("The simulation of a sale", .serialized)
struct SaleSimulationTests {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    /// As many as take a few seconds.
    private static let seedCount: UInt64 = 40
    private static let damageSeedCount: UInt64 = 100

    /// The first failure among these seeds, if there is one.
    private func firstFailure(
        _ seeds: Range<UInt64>, on sale: SaleDatabase, hasCodes: Bool = false
    ) async throws -> SaleWorld.Failure? {
        try await Task(executorPreference: sale.group.loops[0]) {
            for seed in seeds {
                do {
                    try await SaleWorld(seed: seed, on: sale, hasCodes: hasCodes).run()
                } catch let failure as SaleWorld.Failure {
                    return failure
                }
            }
            return nil
        }.value
    }

    @Test(
        "keeps every rule after every step, and ends with everything settled", .timeLimit(.minutes(600)),
        arguments: [false, true])
    func rules(hasCodes: Bool) async throws {
        let first = Self.number("SALE_SEED") ?? Self.number("SALE_FIRST") ?? 1
        let count = Self.number("SALE_SEED") == nil ? Self.number("SALE_SEEDS") ?? Self.seedCount : 1
        let failure = try await self.firstFailure(first..<first + count, on: SaleDatabase(), hasCodes: hasCodes)
        #expect(failure == nil, "\(failure?.description ?? "")")
    }

    @Test("goes the same way twice")
    func isRepeatable() async throws {
        let sale = try SaleDatabase()
        let runs = try await Task(executorPreference: sale.group.loops[0]) {
            var runs: [[[String]]] = []
            for _ in 0..<2 {
                var steps: [[String]] = []
                for seed in 1...3 as ClosedRange<UInt64> {
                    let world = SaleWorld(seed: seed, on: sale, hasCodes: true)
                    try await world.run()
                    steps.append(world.steps)
                }
                runs.append(steps)
            }
            return runs
        }.value
        #expect(runs[0] == runs[1])
        #expect(runs[0].allSatisfy { $0.count > SaleWorld.stepCount / 2 })
    }

    @Test("finds what was broken on purpose, and by the same seed nothing where nothing is", arguments: Damage.allCases)
    func findsDamage(damage: Damage) async throws {
        let broken = try SaleDatabase(damage: damage.sql)
        let found = try await self.firstFailure(1..<1 + Self.damageSeedCount, on: broken)
        let failure = try #require(found, "\(damage) was not found")
        #expect(damage.signs.contains { failure.what.contains($0) }, "\(damage): \(failure)")
        let sane = try await self.firstFailure(failure.seed..<failure.seed + 1, on: SaleDatabase())
        #expect(sane == nil, "\(sane?.description ?? "")")
    }

    /// One condition of one statement, taken out.
    enum Damage: CaseIterable {
        /// A seat that somebody holds can be held by another, and the index that forbids it is gone.
        case sellsTwice
        /// What the seller keeps out of the sale can be held.
        case sellsBlocked
        /// Nobody counts what a member has.
        case forgetsLimit
        /// Seats whose payment was refused stay with it.
        case keepsFrozen
        /// A payment of which nothing is known is never looked at again.
        case neverLooks
        /// Money that came for nothing is promised back, and the promise is lost.
        case keepsOrphans
        /// Tickets of what was given back still let people in.
        case keepsTickets

        var sql: String {
            switch self {
            case .sellsTwice:
                "DROP INDEX reservation_seat_live;" + Self.rewrite("seat.state = 0 OR", "seat.state IN (0, 1) OR")
            case .sellsBlocked: Self.rewrite("seat.state = 0 OR", "seat.state IN (0, 4) OR")
            case .forgetsLimit: Self.rewrite("> c.purchase_limit THEN 'LIMIT'", "> 1000 THEN 'LIMIT'")
            case .keepsFrozen: Self.trigger("seat", "OLD.state = 2 AND NEW.state = 1", "RETURN OLD")
            case .neverLooks: Self.trigger("payment", "NEW.phase = 'UNKNOWN'", "NEW.next_look_at := NULL; RETURN NEW")
            case .keepsOrphans:
                Self.trigger("refund", "NEW.cause = 'ORPHAN' AND NEW.status = 'PROCESSING'", "RETURN NULL")
            case .keepsTickets: Self.trigger("ticket", "NEW.status = 'REVOKED'", "RETURN OLD")
            }
        }

        /// Words of what has to be complained about.
        var signs: [String] {
            switch self {
            case .sellsTwice: ["claim", "error"]
            case .sellsBlocked: ["blocked"]
            case .forgetsLimit: ["purchase-limit"]
            case .keepsFrozen: ["seat-without-claim"]
            case .neverLooks: ["payment-open", "nothing-unknown-for-long"]
            case .keepsOrphans: ["refund-open", "no-refund-waits-for-long"]
            case .keepsTickets: ["ticket"]
            }
        }

        private static func rewrite(_ old: String, _ new: String) -> String {
            """
            DO $d$
            DECLARE
                was text := pg_get_functiondef('hold_seats'::regproc);
            BEGIN
                IF was NOT LIKE '%' || $o$\(old)$o$ || '%' THEN RAISE 'nothing to break'; END IF;
                EXECUTE replace(was, $o$\(old)$o$, $o$\(new)$o$);
            END $d$;
            """
        }

        private static func trigger(_ table: String, _ condition: String, _ effect: String) -> String {
            """
            CREATE FUNCTION damage() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF \(condition) THEN \(effect); END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER damage BEFORE UPDATE ON \(table) FOR EACH ROW EXECUTE FUNCTION damage();
            """
        }
    }
}
