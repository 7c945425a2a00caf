import Observability
import Postgres
import Primitives
import Reactor
import Testing

@testable import Auth

@Suite("What gates read of changes", .timeLimit(.minutes(5)))
struct PlaybackNewsTests {
    private static func rig(pageCountMax: Int = 10_000, tickets: ClosedRange<Int> = 1...5) async throws -> PlaybackRig {
        var limits = PlaybackLimits()
        limits.pageCountMax = pageCountMax
        let rig = try PlaybackRig(limits: limits)
        _ = try await AuthClient(rig: rig.auth).asNewMember("kim")
        try Self.begin(rig, tickets)
        try await rig.reload()
        return rig
    }

    private static func begin(_ rig: PlaybackRig, _ tickets: ClosedRange<Int>, until: String = "1 hour") throws {
        try rig.auth.sql(
            """
            SELECT playback_begin(n, 7, (SELECT max(id) FROM member), 1, now() + '\(until)', 1, '', 0, true)
            FROM generate_series(\(tickets.lowerBound), \(tickets.upperBound)) AS n
            """)
    }

    /// The holders of each page since a mark, and the mark after them.
    private static func read(_ rig: PlaybackRig, since mark: String) async throws -> (pages: [[Int64]], next: String) {
        let (pages, next) = try await rig.auth.onLoop {
            var pages: [[Int64]] = []
            let next = try await rig.news.read(since: mark) { pages.append($0.map(\.holder)) }
            return (pages, next)
        }
        return (pages, try #require(next))
    }

    private static func mark(_ rig: PlaybackRig) throws -> String {
        try rig.auth.sql("SELECT pg_current_snapshot()")
    }

    /// An address of the only session of a ticket.
    private static func url(_ rig: PlaybackRig, ticket: Int64) throws -> String {
        let id = try #require(Int64(try rig.auth.sql("SELECT id FROM playback_session WHERE ticket_id = \(ticket)")))
        let token = rig.gates.token(
            ticket: ticket, schedule: 7, session: PlaybackSessionID(databaseValue: id), expiresAt: 1 << 40)
        return "http://podo.test/p/\(token.reveal())/index.m3u8"
    }

    @Test("are all of them, once, in pages, and nothing that was read before")
    func pages() async throws {
        let rig = try await Self.rig(pageCountMax: 2)
        let mark = try Self.mark(rig)
        #expect(try await Self.read(rig, since: mark).pages == [[]])
        try Self.begin(rig, 3...4)
        try Self.begin(rig, 1...1)
        try Self.begin(rig, 5...6)
        let (pages, next) = try await Self.read(rig, since: mark)
        #expect(pages == [[3, 4], [1, 5], [6]])
        #expect(try await Self.read(rig, since: next).pages == [[]])
    }

    @Test("are read once although a transaction goes on that somebody has forgotten, and its own when it ends")
    func forgotten() async throws {
        let rig = try await Self.rig()
        let mark = try Self.mark(rig)
        let (hasBegun, begun) = AsyncStream.makeStream(of: Void.self)
        let (mayEnd, end) = AsyncStream.makeStream(of: Void.self)
        let forgotten = Task(executorPreference: rig.auth.group.loops[0]) {
            // Whoever waits for it hears too when it fails.
            defer { begun.finish() }
            try await rig.auth.database.transaction("test_forgotten", retriesConflicts: false) { transaction in
                let revoke = PostgresStatement("test_revoke_one", "SELECT playback_revoke($1)")
                _ = try await transaction.run(revoke, 5 as Int64)
                begun.yield()
                for await _ in mayEnd { break }
            }
        }
        for await _ in hasBegun { break }
        try Self.begin(rig, 1...2)
        let (pages, next) = try await Self.read(rig, since: mark)
        #expect(pages == [[1, 2]])
        let (none, later) = try await Self.read(rig, since: next)
        #expect(none == [[]])
        end.yield()
        try await forgotten.value
        #expect(try await Self.read(rig, since: later).pages == [[5]])
    }

    @Test("are none of holders whose time is over, and of a dump of another cluster they are none after the start")
    func past() async throws {
        let rig = try await Self.rig()
        let mark = try Self.mark(rig)
        let late = rig.gates.limits.lateSeconds
        try Self.begin(rig, 8...8, until: "-\(late + 120) seconds")
        #expect(try await Self.read(rig, since: mark).pages == [[]])
        // One whose show may have been given a later end since is told of, now and after a start.
        let before = try Self.mark(rig)
        try Self.begin(rig, 9...9, until: "-\(late - 120) seconds")
        #expect(try await Self.read(rig, since: before).pages == [[9]])
        try rig.auth.sql("UPDATE playback_holder SET changed_in = '9000000000000' WHERE ticket_id IN (1, 2, 3)")
        #expect(try await Self.read(rig, since: mark).pages == [[9, 1, 2, 3]])
        let another = try PlaybackRig(beside: rig)
        try await another.reload()
        #expect(another.gates.holderCount == 6)
        #expect(try await Self.read(another, since: try Self.mark(rig)).pages == [[]])
        // And its gate hears of what comes after that.
        let revoked = try Self.url(another, ticket: 2)
        #expect(try await another.ask(revoked) == .admitted(stream: "schedule-7"))
        try rig.auth.sql("SELECT playback_revoke(2)")
        try await another.catchUp()
        #expect(try await another.ask(revoked) == .refused(.ticketRevoked))
        #expect(try rig.auth.sql("SELECT max(changed_in::text::bigint) < 9000000000000 FROM playback_holder") == "t")
    }
}
