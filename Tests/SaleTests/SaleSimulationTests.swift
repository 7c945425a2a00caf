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

    private static let first = number("SALE_FIRST") ?? 1

    /// The first failure among these seeds, if there is one.
    private func firstFailure(_ seeds: Range<UInt64>, on sale: SaleDatabase) async throws -> SaleWorld.Failure? {
        try await Task(executorPreference: sale.group.loops[0]) {
            for seed in seeds {
                do { try await SaleWorld(seed: seed, on: sale).run() } catch let failure as SaleWorld.Failure {
                    return failure
                }
            }
            return nil
        }.value
    }

    @Test("keeps every rule after every step, and ends with everything settled", .timeLimit(.minutes(600)))
    func rules() async throws {
        let seeds: Range<UInt64>
        if let seed = Self.number("SALE_SEED") { seeds = seed..<seed + 1 } else {
            seeds = Self.first..<Self.first + (Self.number("SALE_SEEDS") ?? 40)
        }
        let failure = try await self.firstFailure(seeds, on: SaleDatabase())
        #expect(failure == nil, "\(failure?.description ?? "")")
    }

    @Test("goes the same way twice")
    func isRepeatable() async throws {
        let sale = try SaleDatabase()
        let seeds = Self.first..<Self.first + 5
        let runs = try await Task(executorPreference: sale.group.loops[0]) {
            var runs: [[[String]]] = []
            for _ in 0..<2 {
                var steps: [[String]] = []
                for seed in seeds {
                    let world = SaleWorld(seed: seed, on: sale)
                    try await world.run()
                    steps.append(world.steps)
                }
                runs.append(steps)
            }
            return runs
        }.value
        #expect(runs[0] == runs[1])
    }
}
