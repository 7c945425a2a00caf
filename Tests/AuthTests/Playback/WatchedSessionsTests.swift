import HTTPServer
import Postgres
import Primitives
import Reactor
import Testing

@testable import Auth

@Suite("When sessions were watched", .timeLimit(.minutes(5)))
struct WatchedSessionsTests {
    private static func key(_ number: Int) -> PlaybackMeters.Key { GateScript.key(UInt32(number)) }
    private static func time(_ second: Int64) -> WallClock { WallClock(unixMilliseconds: second * 1000) }

    @Test("is kept until it is written, of so many, from the first time to the last")
    func kept() {
        var watched = WatchedSessions()
        #expect(watched.note((1...3).map(Self.key), at: Self.time(10), countMax: 4) == 0)
        #expect(watched.note((2...6).map(Self.key), at: Self.time(20), countMax: 4) == 2)
        let taken = watched.take(countMax: 3) + watched.take(countMax: 3)
        #expect(taken.count == 4 && watched.count == 0)
        for entry in taken {
            let number = Int(entry.session.session.number)
            #expect(entry.first == Self.time(number == 4 ? 20 : 10), "\(number)")
            #expect(entry.last == Self.time(number == 1 ? 10 : 20), "\(number)")
        }
        // What could not be written is put back beside what has come meanwhile.
        _ = watched.note([Self.key(1)], at: Self.time(30), countMax: 4)
        #expect(watched.put(taken, countMax: 4) == 0)
        let first = watched.take(countMax: 9).first { $0.session == Self.key(1) }
        #expect(first?.first == Self.time(10) && first?.last == Self.time(30))
    }

    @Test("is written down when the database is back, and for the last time when the process ends")
    func written() async throws {
        var limits = PlaybackLimits()
        limits.writtenCountMax = 1
        let rig = try PlaybackRig(limits: limits)
        let (client, account) = try await AuthClient(rig: rig.auth).asNewMember("kim")
        try await rig.reload()
        for ticket in [5, 6, 7] as [Int64] {
            rig.rights.tell(ticket, ToldRights.Told(member: account.id))
            let answer = try await rig.client(client).send(.post, "/api/v1/ticket/\(ticket)/playback")
            _ = try await rig.ask(try #require(answer.json["playlistUrl"] as? String))
        }
        try rig.auth.sql("ALTER TABLE playback_session RENAME TO away")
        await #expect(throws: PostgresError.self) {
            try await rig.auth.onLoop { try await rig.sessions.count() }
        }
        try rig.auth.sql("ALTER TABLE away RENAME TO playback_session")
        let before = try rig.auth.sql("SELECT extract(epoch FROM clock_timestamp()) * 1000")
        try await rig.auth.onLoop { try await rig.sessions.count() }
        let early = "first_watched_at < 'epoch'::timestamptz + \(before) * interval '1 millisecond'"
        #expect(try rig.auth.sql("SELECT count(*) FROM playback_session WHERE \(early)") == "3")
        try rig.auth.sql("SELECT pg_sleep(0.02)")
        try await rig.auth.onLoop { try await rig.sessions.finish() }
        let later = "last_watched_at > first_watched_at"
        #expect(try rig.auth.sql("SELECT count(*) FROM playback_session WHERE \(early) AND \(later)") == "3")
    }

    @Test("is written down of those whom nobody changes at the moment, without waiting, and of the others next time")
    func busy() async throws {
        let rig = try PlaybackRig()
        let (client, account) = try await AuthClient(rig: rig.auth).asNewMember("kim")
        try await rig.reload()
        for ticket in [5, 6, 7] as [Int64] {
            rig.rights.tell(ticket, ToldRights.Told(member: account.id))
            let answer = try await rig.client(client).send(.post, "/api/v1/ticket/\(ticket)/playback")
            _ = try await rig.ask(try #require(answer.json["playlistUrl"] as? String))
        }
        let (hasBegun, begun) = AsyncStream.makeStream(of: Void.self)
        let (mayEnd, end) = AsyncStream.makeStream(of: Void.self)
        let refund = Task(executorPreference: rig.auth.group.loops[0]) {
            defer { begun.finish() }
            try await rig.auth.database.transaction("test_refund", retriesConflicts: false) { transaction in
                let revoke = PostgresStatement("test_revoke_one", "SELECT playback_revoke($1)")
                _ = try await transaction.run(revoke, 6 as Int64)
                begun.yield()
                for await _ in mayEnd { break }
            }
        }
        for await _ in hasBegun { break }
        let watched = "SELECT string_agg(ticket_id::text, ',' ORDER BY ticket_id) FROM playback_session"
        try await rig.auth.onLoop { try await rig.sessions.count() }
        #expect(try rig.auth.sql("\(watched) WHERE first_watched_at IS NOT NULL") == "5,7")
        end.yield()
        try await refund.value
        try await rig.auth.onLoop { try await rig.sessions.count() }
        #expect(try rig.auth.sql("\(watched) WHERE first_watched_at IS NOT NULL") == "5,6,7")
    }
}
