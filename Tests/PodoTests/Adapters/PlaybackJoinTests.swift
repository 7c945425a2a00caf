import Auth
import Crypto
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import Synchronization
import TestSupport
import Testing
import Ticketing

@testable import podo

/// Tickets and what is watched with them, on the whole schema.
@Suite("Tickets and their sessions", .timeLimit(.minutes(5)))
struct PlaybackJoinTests {
    private final class Rig: Sendable {
        static let cluster = TestCluster(settings: ["max_connections=100"])

        let group: EventLoopGroup
        let database: PostgresDatabase
        let gates: PlaybackGates
        let sessions: PlaybackSessions
        let news: PlaybackNews
        let url: String

        /// Members 1 and 2; concert 1 of 1; schedule 7 of now; tickets 5 and 6 of 1.
        init() throws {
            self.url = try Self.cluster.database()
            for migration in Schema.migrations.sorted(by: { $0.number < $1.number }) {
                try Self.cluster.query("BEGIN; \(migration.sql); COMMIT", at: self.url)
            }
            try Self.cluster.query(
                """
                SET session_replication_role = replica;
                INSERT INTO member (id, data_key, name_sealed)
                SELECT n, '\\x00', '\\x00' FROM generate_series(1, 2) AS n;
                INSERT INTO concert (id, seller_id, name, runtime_minutes, sale_opens_at, sale_closes_at, status)
                OVERRIDING SYSTEM VALUE
                VALUES (1, 1, 'a', 90, now() - interval '1 day', now() + interval '1 day', 'PUBLISHED');
                INSERT INTO schedule (id, concert_id, starts_at, ends_at) OVERRIDING SYSTEM VALUE
                VALUES (7, 1, now(), now() + interval '90 minutes');
                INSERT INTO grade (id, concert_id, name, price) OVERRIDING SYSTEM VALUE VALUES (9, 1, 'R', 1000);
                INSERT INTO seat (schedule_id, seat_no, grade_id, price) VALUES (7, 1, 9, 1000), (7, 2, 9, 1000);
                INSERT INTO ticket (id, reservation_id, schedule_id, seat_no, member_id, code)
                OVERRIDING SYSTEM VALUE VALUES (5, 1, 7, 1, 1, 'a'), (6, 1, 7, 2, 1, 'b');
                """, at: self.url)
            self.group = try EventLoopGroup(loopCount: 2)
            let registry = MetricsRegistry(loopCount: 2)
            let log = Log(level: .error, memory: LogMemory())
            self.database = PostgresDatabase(
                options: try PostgresConnectionOptions(Secret(self.url)), loops: self.group.loops,
                metrics: PostgresMetrics(registry: registry), log: log)
            self.gates = PlaybackGates(
                root: .random(), loops: self.group.loops, limits: PlaybackLimits(),
                metrics: PlaybackMetrics(registry: registry, log: log))
            self.sessions = PlaybackSessions(
                database: self.database, gates: self.gates,
                rights: TicketPlaybackRights(
                    database: self.database, access: CatalogueAccess(database: self.database)),
                publicURL: "http://podo.test", lease: .seconds(12))
            self.news = PlaybackNews(database: self.database, gates: self.gates)
            self.group.start()
            self.database.start()
        }

        deinit {
            self.database.stop()
            self.group.stop()
        }

        @discardableResult
        func sql(_ query: String) throws -> String { try Self.cluster.query(query, at: self.url) }

        func onLoop<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
            try await Task(executorPreference: self.group.loops[0]) { try await body() }.value
        }

        func begin(_ ticket: Int64 = 5, member: Int64 = 1) async throws -> String {
            try await self.onLoop {
                try await self.sessions.begin(ticket: ticket, member: member, device: "", now: .now)
            }.playlistURL.reveal()
        }

        /// By the sign-in of the member that has his number in each byte.
        func preview(_ member: Int64) async throws -> String {
            let name = SHA256.hash(Array("session-name|".utf8) + [UInt8](repeating: UInt8(member), count: 16))
            return try await self.onLoop {
                try await self.sessions.preview(
                    schedule: 7, HTTPCaller(memberID: member, role: .seller, proof: .bearer),
                    signIn: Array(name.prefix(16)), device: "", now: .now)
            }.playlistURL.reveal()
        }

        /// What every loop answers to this address.
        func ask(_ playlistURL: String) async throws -> [PlaybackVerdict] {
            let pass = Array(playlistURL.split(separator: "/")[3].utf8)
            var verdicts: [PlaybackVerdict] = []
            for loop in self.group.loops {
                verdicts.append(
                    await Task(executorPreference: loop) { self.gates[loop].admit(pass[...], .playlist) }.value)
            }
            return verdicts
        }
    }

    private static let revoke: StaticString =
        "UPDATE ticket SET status = 'REVOKED', epoch = epoch + 1, revoked_at = now(), revoke_reason = 'x' WHERE id = 5"
    private let admitted = [PlaybackVerdict](repeating: .admitted(stream: "schedule-7"), count: 2)
    private let revoked = [PlaybackVerdict](repeating: .refused(.ticketRevoked), count: 2)

    private static func caller(_ member: Int64, _ role: HTTPAccess) -> HTTPCaller {
        HTTPCaller(memberID: member, role: role, proof: .bearer)
    }

    @Test("a ticket opens its performance to its owner, until the show is over")
    func right() async throws {
        let rig = try Rig()
        try await rig.onLoop { try await rig.news.reload() }
        #expect(try await rig.ask(rig.begin()) == self.admitted)
        #expect(
            try rig.sql("SELECT extract(epoch FROM expires_at - now())::bigint / 3600 FROM playback_session") == "4")
        await #expect(throws: HTTPProblem.self) { _ = try await rig.begin(member: 2) }
        try rig.sql("UPDATE schedule SET replay_until = now() + interval '30 days'")
        _ = try await rig.begin()
        #expect(try rig.sql("SELECT max(expires_at) > now() + interval '29 days' FROM playback_session") == "t")
        try rig.sql("UPDATE schedule SET status = 'CANCELED'")
        await #expect(throws: HTTPProblem.self) { _ = try await rig.begin() }
        let owns = try await rig.onLoop {
            let rights = TicketPlaybackRights(
                database: rig.database, access: CatalogueAccess(database: rig.database))
            return try await rig.database.transaction("test_rights") { transaction in
                [
                    try await rights.owns(ticket: 5, member: 1), try await rights.owns(ticket: 5, member: 2),
                    try await rights.mayPreview(schedule: 7, Self.caller(1, .seller), in: transaction),
                    try await rights.mayPreview(schedule: 7, Self.caller(2, .member), in: transaction),
                    try await rights.mayPreview(schedule: 8, Self.caller(1, .seller), in: transaction),
                ]
            }
        }
        #expect(owns == [true, false, true, false, false])
    }

    @Test("no show is given so late an end that whoever has watched from its beginning is cut off")
    func laterEnds() {
        let (limits, shows) = (PlaybackLimits(), LiveLimits())
        #expect(limits.lateSeconds >= CatalogueLimits.showTimeMaxMilliseconds / 1000)
        let replayDays = CatalogueLimits.replayTimeMaxMilliseconds / 86_400_000
        #expect(Int64(shows.endedDayCount) > replayDays + limits.lateSeconds / 86_400)
    }

    @Test("the stream of a show waits for its publisher while the show goes on, and until it is known how far it is")
    func awaited() async throws {
        let rig = try Rig()
        let shows = LiveShows(
            database: rig.database, loops: rig.group.loops,
            metrics: LiveMetrics(registry: MetricsRegistry(loopCount: 2)),
            log: Log(level: .error, memory: LogMemory()))
        let readCount = Mutex(0)
        shows.whenRead { readCount.withLock { $0 += 1 } }
        let isAwaited = ShowPublishing.isAwaited(by: shows)
        #expect(isAwaited("schedule-7") && !isAwaited("main") && readCount.withLock { $0 } == 0)
        try await rig.onLoop { try await shows.reload() }
        #expect(!isAwaited("schedule-7") && readCount.withLock { $0 } == 1)
        try rig.sql("INSERT INTO live_show (schedule_id, state, live_at, heard_at) VALUES (7, 'LIVE', now(), now())")
        try await rig.onLoop { try await shows.reload() }
        #expect(isAwaited("schedule-7") && !isAwaited("schedule-8") && readCount.withLock { $0 } == 1)
        try rig.sql("UPDATE schedule SET ends_at = now()")
        try await rig.onLoop { try await shows.reload() }
        #expect(!isAwaited("schedule-7"))
    }

    @Test("a show that goes on beyond its time is open to who comes then as well, and closed when it has ended")
    func late() async throws {
        let rig = try Rig()
        try await rig.onLoop { try await rig.news.reload() }
        try rig.sql(
            """
            UPDATE schedule SET starts_at = now() - interval '6 hours', ends_at = now() - interval '4 hours';
            INSERT INTO live_show (schedule_id, state, live_at, heard_at) VALUES (7, 'LIVE', now(), now())
            """)
        #expect(try await rig.ask(rig.begin()) == self.admitted)
        try rig.sql("UPDATE live_show SET state = 'ENDED', ended_at = now()")
        await #expect(throws: HTTPProblem.self) { _ = try await rig.begin() }
    }

    @Test("a ticket plays on as many devices as its grade has, and the newest takes the place of the oldest")
    func devices() async throws {
        let rig = try Rig()
        try await rig.onLoop { try await rig.news.reload() }
        try rig.sql("UPDATE grade SET play_devices = 2")
        let urls = [try await rig.begin(), try await rig.begin()]
        for url in urls { #expect(try await rig.ask(url) == self.admitted) }
        let third = try await rig.begin()
        let replaced = [PlaybackVerdict](repeating: .refused(.sessionReplaced), count: 2)
        #expect(try await rig.ask(urls[0]) == replaced)
        for url in [urls[1], third] { #expect(try await rig.ask(url) == self.admitted) }
    }

    @Test("what makes a ticket void tells the gate in its own transaction, of watched tickets alone")
    func refund() async throws {
        let rig = try Rig()
        try await rig.onLoop { try await rig.news.reload() }
        let url = try await rig.begin()
        let heard = rig.database.listen(PlaybackNews.channel)
        _ = await heard.next()
        try rig.sql("UPDATE ticket SET epoch = epoch + 1 WHERE id = 6; BEGIN; \(Self.revoke); ROLLBACK")
        #expect(try await rig.ask(url) == self.admitted)
        try rig.sql(Self.revoke.description)
        guard case .message(let text)? = await heard.next() else {
            Issue.record("nothing was told")
            return
        }
        try await rig.onLoop { await rig.news.hear(text) }
        #expect(try await rig.ask(url) == self.revoked)
        await #expect(throws: HTTPProblem.self) { _ = try await rig.begin() }
    }

    @Test("a ticket that is given away opens nothing for who had it, and everything for who has it")
    func transfer() async throws {
        let rig = try Rig()
        try await rig.onLoop { try await rig.news.reload() }
        let before = try await rig.begin()
        try rig.sql("UPDATE ticket SET member_id = 2, epoch = epoch + 1 WHERE id = 5")
        let after = try await rig.begin(member: 2)
        #expect(try await rig.ask(before) == self.revoked)
        #expect(try await rig.ask(after) == self.admitted)
    }

    @Test("a preview ends when its member is taken from the team or is there for something else, and no other does")
    func team() async throws {
        let rig = try Rig()
        try await rig.onLoop { try await rig.news.reload() }
        try rig.sql(
            """
            INSERT INTO session (id, member_id, epoch, token_hash, expires_at, ends_at)
            SELECT decode(repeat('0' || id, 16), 'hex'), id, token_epoch, decode(repeat('00', 32), 'hex'),
                now() + interval '1 day', now() + interval '1 day' FROM member
            """)
        let allowed = [PlaybackVerdict](repeating: .admitted(stream: "schedule-7", .preview), count: 2)
        let own = try await rig.preview(1)
        for change in [
            "DELETE FROM seller_team", "UPDATE seller_team SET role = 'FINANCE'", "UPDATE seller_team SET role = role",
        ] {
            try rig.sql(
                """
                INSERT INTO seller_team (seller_id, member_id, role) VALUES (1, 2, 'STREAMER')
                ON CONFLICT (seller_id, member_id) DO UPDATE SET role = 'STREAMER'
                """)
            let url = try await rig.preview(2)
            #expect(try await rig.ask(url) == allowed)
            try rig.sql(change)
            try await rig.onLoop { try await rig.news.catchUp() }
            #expect(try await rig.ask(url) == (change.hasSuffix("role = role") ? allowed : self.revoked), "\(change)")
        }
        #expect(try await rig.ask(own) == allowed)
    }

    @Test("a refund and a session that begin at the same time end with a session that is void, or none")
    func race() async throws {
        let rig = try Rig()
        try await rig.onLoop { try await rig.news.reload() }
        for round in 0..<20 {
            try rig.sql("UPDATE ticket SET status = 'ISSUED', revoked_at = NULL, epoch = epoch + 1 WHERE id = 5")
            let beginning = Task { try? await rig.begin() }
            let refund = Task(executorPreference: rig.group.loops[1]) {
                try await rig.database.transaction("test_refund") { transaction in
                    _ = try await transaction.run(PostgresStatement("test_refund", Self.revoke))
                }
            }
            if round % 2 == 0 { try await refund.value }
            let url = await beginning.value
            try await refund.value
            try await rig.onLoop { try await rig.news.catchUp() }
            if let url { #expect(try await rig.ask(url) == self.revoked) }
            #expect(try rig.sql("SELECT count(*) FROM playback_session WHERE ended_at IS NULL") == "0")
        }
    }
}
