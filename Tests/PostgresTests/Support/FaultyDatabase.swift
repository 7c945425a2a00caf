import Primitives
import TestSupport

@testable import Postgres

/// A database that is reached through a proxy which can do harm, and the same one directly.
final class FaultyDatabase: Sendable {
    let proxy: FaultProxy
    let live: LiveDatabase
    let direct: LiveDatabase

    init(limits: PostgresLimits = PostgresLimits(), cluster: TestCluster = .shared) throws {
        let url = try cluster.database()
        self.proxy = try FaultProxy(upstreamPath: cluster.socketDirectory() + "/.s.PGSQL.5432")
        let name = url.split(separator: "?")[0].split(separator: "/").last.map(String.init) ?? ""
        self.live = try LiveDatabase(
            limits: limits, url: "postgresql://podo@127.0.0.1:\(self.proxy.port)/\(name)?sslmode=disable")
        self.direct = try LiveDatabase(url: url)
    }

    deinit { self.proxy.stop() }
}

/// The code of what `body` throws, if that comes from the database.
func failureCode(_ body: () async throws -> Void) async -> PostgresError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? PostgresError)?.code
    }
}
