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
        #expect(here.revocation(of: grant) == nil)
        let second = try await rig.onLoop { try await elsewhere.keys.issue(issue, actor: "test") }
        try await hear()
        #expect(here.revocation(of: grant) == .keyRevoked)
        let later = try #require(await Self.grant(here, second))
        #expect(here.revocation(of: later) == nil)
        _ = try await rig.onLoop { try await elsewhere.keys.revoke(stream: "main", owner: nil, actor: "test") }
        try await hear()
        #expect(here.revocation(of: later) == .keyRevoked)
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
        #expect(authorizer.revocation(of: grant) == nil)
    }

    @Test("of the configuration are never taken back") func configured() async throws {
        let rig = try Rig()
        let authorizer = StreamKeyAuthorizer(
            configured: ConfiguredStreamKeys(keys: [StreamKey(name: "main", key: Secret("0123456789abcdef"))]),
            keys: StreamKeys(database: rig.database))
        let grant = try #require(await Self.grant(authorizer, Secret("0123456789abcdef")))
        #expect(authorizer.revocation(of: grant) == nil)
    }

    @Test("of the configuration open and keep the stream of a show no longer than its show lets them")
    func configuredShowEnded() async throws {
        let rig = try Rig()
        let key = Secret("0123456789abcdef")
        var authorizer = StreamKeyAuthorizer(
            configured: ConfiguredStreamKeys(keys: [StreamKey(name: "schedule-7", key: key)]),
            keys: StreamKeys(database: rig.database))
        let grant = try #require(await Self.grant(authorizer, key))
        let over = PublishRefusal(.denied, label: "show-ended", "It has ended.")
        authorizer.showRefusal = { $0 == "schedule-7" ? over : nil }
        #expect(authorizer.revocation(of: grant) == over)
        #expect(await Self.grant(authorizer, key) == nil)
    }

    @Test("whose show has ended opens nothing, and whoever publishes with it has to end, told why")
    func showEnded() async throws {
        let rig = try Rig()
        var authorizer = rig.authorizer()
        let issue = try #require(
            StreamKeyIssue(
                stream: "schedule-7", schedule: 7, validFrom: WallClock(unixMilliseconds: 0),
                validUntil: WallClock(unixMilliseconds: 4_000_000_000_000)))
        let keys = authorizer.keys
        let key = try await rig.onLoop { try await keys.issue(issue, actor: "test") }
        let grant = try #require(await Self.grant(authorizer, key))
        #expect(authorizer.revocation(of: grant) == nil)
        let over = PublishRefusal(.denied, label: "show-ended", "It has ended.")
        authorizer.showRefusal = { $0 == "schedule-7" ? over : nil }
        #expect(authorizer.revocation(of: grant) == over)
        let address = PublishAddress(application: "live", keys: [key])
        guard case .refused(over) = await authorizer.authorize(address, from: .loopback(port: 1)) else {
            Issue.record("was let in")
            return
        }
        // A key that was replaced is that, whatever the show.
        _ = try await rig.onLoop { try await keys.issue(issue, actor: "test") }
        #expect(authorizer.revocation(of: grant) == .keyRevoked)
    }

    @Test("of shows are moved with them, in the same transaction, and are the seller's alone")
    func shows() async throws {
        let rig = try Rig()
        let authorizer = rig.authorizer()
        try TestCluster.shared.query(
            "INSERT INTO member (id, role, data_key, name_sealed) VALUES (3, 'SELLER', '\\x00', '\\x00'), "
                + "(4, 'SELLER', '\\x00', '\\x00')", at: rig.url)
        let (keys, database) = (ShowStreamKeys(keys: authorizer.keys), rig.database)
        @Sendable func time(_ seconds: Int64) -> WallClock { WallClock(unixMilliseconds: seconds * 1000) }
        let key = try await rig.onLoop {
            try await keys.issue(7, seller: 3, from: time(0), until: time(4_000_000_000), actor: "test")
        }
        #expect(await Self.grant(authorizer, key)?.stream == "schedule-7")
        await #expect(throws: (any Error).self) {
            try await rig.onLoop {
                _ = try await keys.issue(7, seller: 4, from: time(0), until: time(4_000_000_000), actor: "test")
            }
        }
        func move(_ seller: Int64, isKept: Bool) async throws {
            struct Given: Error {}
            do {
                try await rig.onLoop {
                    try await database.transaction("test") { transaction in
                        try await keys.move(
                            7, seller: seller, from: time(3_900_000_000), until: time(4_000_000_000), in: transaction)
                        if !isKept { throw Given() }
                    }
                    try await authorizer.keys.reload()
                }
            } catch is Given { try await rig.onLoop { try await authorizer.keys.reload() } }
        }
        try await move(4, isKept: true)
        try await move(3, isKept: false)
        #expect(await Self.grant(authorizer, key) != nil)
        try await move(3, isKept: true)
        #expect(await Self.grant(authorizer, key) == nil)
        #expect(try await rig.onLoop { try await keys.revoke(7, seller: 4, actor: "test") } == false)
        #expect(try await rig.onLoop { try await keys.revoke(7, seller: 3, actor: "test") })
    }
}
