import Auth
import Observability
import Postgres
import Primitives
import RTMPIngest
import Reactor
import TestSupport
import Testing

@testable import podo

@Suite("Stream keys of the database", .timeLimit(.minutes(2))) struct StreamKeyAuthorizerTests {
    /// A database with the tables of members, and loops to ask it on.
    private final class Rig: Sendable {
        let group: EventLoopGroup
        let database: PostgresDatabase
        let registry = MetricsRegistry(loopCount: 1)
        let url: String

        init() throws {
            let url = try TestCluster.shared.database()
            self.url = url
            for migration in AuthMigrations.all {
                try TestCluster.shared.query("BEGIN; \(migration.sql); COMMIT", at: url)
            }
            self.group = try EventLoopGroup(loopCount: 1)
            self.database = PostgresDatabase(
                options: try PostgresConnectionOptions(Secret(url)), loops: self.group.loops,
                metrics: PostgresMetrics(registry: self.registry), log: Log(level: .error, memory: LogMemory()))
            self.group.start()
            self.database.start()
        }

        deinit {
            self.database.stop()
            self.group.stop()
        }

        func onLoop<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
            try await Task(executorPreference: self.group.loops[0]) { try await body() }.value
        }

        /// A process of its own, as far as keys go.
        func authorizer() -> StreamKeyAuthorizer {
            StreamKeyAuthorizer(
                configured: ConfiguredStreamKeys(keys: []), keys: StreamKeys(database: self.database))
        }
    }

    private static func grant(_ authorizer: StreamKeyAuthorizer, _ key: Secret<String>) async -> PublishGrant? {
        let address = PublishAddress(application: "live", keys: [key])
        guard case .accepted(let grant) = await authorizer.authorize(address, from: .loopback(port: 1)) else {
            return nil
        }
        return grant
    }

    @Test("that another process rotates or takes back are revoked as soon as it has told") func told() async throws {
        let rig = try Rig()
        let (here, elsewhere) = (rig.authorizer(), rig.authorizer())
        let notifications = rig.database.listen(AuthNotice.channel)
        #expect(await notifications.next() == .resynchronize)
        let issue = try #require(
            StreamKeyIssue(
                stream: "main", validFrom: WallClock(unixMilliseconds: 0),
                validUntil: WallClock(unixMilliseconds: 4_000_000_000_000)))
        /// What a process does that hears of it.
        func hear() async throws {
            guard case .message("k main") = await notifications.next() else {
                Issue.record("nothing was told")
                return
            }
            try await rig.onLoop { try await here.keys.reload("main") }
        }
        let first = try await rig.onLoop { try await elsewhere.keys.issue(issue, actor: "test") }
        try await hear()
        let grant = try #require(await Self.grant(here, first))
        #expect(!here.isRevoked(grant))
        let second = try await rig.onLoop { try await elsewhere.keys.issue(issue, actor: "test") }
        try await hear()
        #expect(here.isRevoked(grant))
        let later = try #require(await Self.grant(here, second))
        #expect(!here.isRevoked(later))
        _ = try await rig.onLoop { try await elsewhere.keys.revoke(stream: "main", owner: nil, actor: "test") }
        try await hear()
        #expect(here.isRevoked(later))
    }

    @Test("whose time is over are not revoked: a show may run late") func late() async throws {
        let rig = try Rig()
        let authorizer = rig.authorizer()
        let issue = try #require(
            StreamKeyIssue(
                stream: "main", validFrom: WallClock(unixMilliseconds: 0),
                validUntil: WallClock(unixMilliseconds: 4_000_000_000_000)))
        let key = try await rig.onLoop { try await authorizer.keys.issue(issue, actor: "test") }
        let grant = try #require(await Self.grant(authorizer, key))
        try TestCluster.shared.query(
            "UPDATE stream_key SET valid_until = now() - interval '6 days'", at: rig.url)
        try await rig.onLoop { try await authorizer.keys.reload() }
        #expect(await Self.grant(authorizer, key) == nil)
        #expect(!authorizer.isRevoked(grant))
    }

    @Test("of the configuration are never taken back") func configured() async throws {
        let rig = try Rig()
        let authorizer = StreamKeyAuthorizer(
            configured: ConfiguredStreamKeys(keys: [StreamKey(name: "main", key: Secret("0123456789abcdef"))]),
            keys: StreamKeys(database: rig.database))
        let grant = try #require(await Self.grant(authorizer, Secret("0123456789abcdef")))
        #expect(!authorizer.isRevoked(grant))
    }
}
