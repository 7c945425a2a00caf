internal import Commerce
internal import Observability
internal import Postgres
internal import Primitives

extension Payments {
    /// Payments that the simulated company is reminded of when it begins: the latest, of each what is left.
    static let memoryCountMax = 10_000
    private static let memoryPageCount = 500

    /// Reminds the simulated company of what it has sold before this process began, so that refunds of it end.
    package func remind(_ company: SimulatorCompany) async throws {
        var (before, count) = (Int64.max, 0)
        while count < Self.memoryCountMax {
            let page = try await self.database.run(
                Self.memories, SimulatorGateway.name, before, Self.memoryPageCount)
            for row in page {
                before = try row.get(0)
                guard let memory = try Self.memory(row) else { continue }
                let result: Result<Void, SimulatorFault> = company.withBank { bank, _ in
                    do throws(SimulatorFault) {
                        try bank.remember(memory)
                        return .success(())
                    } catch { return .failure(error) }
                }
                if case .failure(let fault) = result {
                    self.metrics.log.warning(
                        "payment not remembered", ["payment": .number(Int(before)), "code": .text(fault.code)])
                }
            }
            count += page.count
            if page.count < Self.memoryPageCount { return }
        }
    }

    private static func memory(_ row: PostgresRow) throws -> SimulatorMemory? {
        guard let currency = Currency(rawValue: try row.get(5)) else { return nil }
        let keys = try row.get(8, as: [String].self)
        let amounts = try row.get(9, as: [Int64].self)
        let times = try row.get(10, as: [PostgresTimestamp].self)
        guard keys.count == amounts.count, keys.count == times.count else { throw PostgresError(.decoding) }
        return SimulatorMemory(
            key: try row.get(1), orderID: try row.get(2), orderName: try row.get(3),
            total: Money(try row.get(4), currency), takenAt: try row.get(6, as: PostgresTimestamp.self).wallClock,
            isVirtualAccount: try row.get(7),
            refunds: keys.indices.map {
                SimulatorMemory.Refund(key: keys[$0], amount: amounts[$0], at: times[$0].wallClock)
            })
    }

    /// Company, the number before which to begin, how many.
    static let memories = PostgresStatement(
        "simulator_memories",
        """
        SELECT p.id, p.provider_key, p.order_id, p.order_name, p.captured, p.captured_currency, p.captured_at,
            p.deposit IS NOT NULL, r.keys, r.amounts, r.times
        FROM payment AS p CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(provider_key ORDER BY id), '{}') AS keys,
                coalesce(array_agg(amount ORDER BY id), '{}') AS amounts,
                coalesce(array_agg(completed_at ORDER BY id), '{}') AS times
            FROM refund WHERE payment_id = p.id AND status = 'SUCCEEDED' AND provider_key IS NOT NULL) AS r
        WHERE p.gateway = $1 AND p.captured > 0 AND p.provider_key IS NOT NULL AND p.id < $2
        ORDER BY p.id DESC LIMIT $3
        """, effect: .reads, purpose: .background)
}
