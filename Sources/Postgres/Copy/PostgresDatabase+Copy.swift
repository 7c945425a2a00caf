internal import Synchronization

extension PostgresDatabase {
    /// Runs `COPY … FROM STDIN` with the bytes that `next` gives until it gives nil. All of them count, or none.
    ///
    /// Has a connection of its own for as long as it takes; `copyCountMax` may run at a time.
    ///
    /// - Returns: How many rows were copied.
    package func copyIn(
        _ statement: PostgresStatement, _ next: () async throws -> [UInt8]?
    ) async throws -> Int {
        try await self.copying(statement) { operation in
            while let bytes = try await next() {
                guard case .ready = await operation.put(bytes) else { break }
            }
            return try self.rowCount(await operation.putEnd(), statement)
        }
    }

    /// Runs `COPY … TO STDOUT` and hands on what comes, some rows at a time, never cut within one.
    ///
    /// - Returns: How many rows were copied.
    package func copyOut(
        _ statement: PostgresStatement, _ take: ([UInt8]) async throws -> Void
    ) async throws -> Int {
        try await self.copying(statement) { operation in
            while true {
                let step = await operation.next()
                guard case .chunk(let bytes) = step else { return try self.rowCount(step, statement) }
                try await take(bytes)
            }
        }
    }

    private func copying(
        _ statement: PostgresStatement, _ body: (CopyOperation) async throws -> Int
    ) async throws -> Int {
        let count = self.copyCount.wrappingAdd(1, ordering: .relaxed).newValue
        defer { self.copyCount.wrappingSubtract(1, ordering: .relaxed) }
        guard count <= self.limits.copyCountMax else { throw PostgresError(.overloaded, statement: statement.name) }
        let operation = CopyOperation(
            loop: self.pool(.long).loop, statement: statement, limits: self.limits)
        // Also after an error of the caller's: closed in the middle, nothing of it counts.
        defer { operation.close() }
        let step = await operation.open(self.connector)
        guard case .ready = step else { return try self.rowCount(step, statement) }
        return try await body(operation)
    }

    private func rowCount(_ step: CopyOperation.Step, _ statement: PostgresStatement) throws(PostgresError) -> Int {
        switch step {
        case .done(let count): return count
        case .failed(let error): throw error
        case .ready, .chunk: throw PostgresError(.protocolViolation, statement: statement.name)
        }
    }
}
