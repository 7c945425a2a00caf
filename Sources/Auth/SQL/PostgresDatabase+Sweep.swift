internal import Postgres

extension PostgresDatabase {
    private static var sweptCountPerRoundMax: Int { 1000 }
    /// More than anybody makes between two sweeps. What is left then waits for the next.
    private static var sweepRoundCountMax: Int { 100 }

    /// Runs a statement that throws away some rows until it finds less than it may take: a piece at a time, so that
    /// nobody waits long for what it holds. How many it may take is its last parameter.
    func sweep(_ statement: PostgresStatement, _ parameters: any PostgresEncodable...) async throws {
        for _ in 0..<Self.sweepRoundCountMax {
            let rows = try await self.run(statement, parameters: parameters + [Self.sweptCountPerRoundMax])
            if rows.affectedCount < Self.sweptCountPerRoundMax { return }
        }
    }
}
