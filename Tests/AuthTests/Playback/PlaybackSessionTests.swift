import Foundation
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import Testing

@testable import Auth

@Suite("Playback sessions", .timeLimit(.minutes(5)))
struct PlaybackSessionTests {
    private let admitted = PlaybackVerdict.admitted(stream: "schedule-7")

    /// A member with ticket 5 of performance 7, and a gate that has read everything.
    private func opened(_ count: Int = 1) async throws -> (rig: PlaybackRig, client: AuthClient, member: Int64) {
        let rig = try PlaybackRig()
        let (client, account) = try await AuthClient(rig: rig.auth).asNewMember("kim")
        rig.rights.tell(5, ToldRights.Told(member: account.id, sessionCountMax: count))
        try await rig.reload()
        return (rig, rig.client(client), account.id)
    }

    private func begin(_ client: AuthClient, ticket: Int64 = 5) async throws -> (url: String, session: String) {
        let answer = try await client.send(
            .post, "/api/v1/ticket/\(ticket)/playback", fields: [("user-agent", "VLC/3.0.24")])
        #expect(answer.status == 201)
        #expect(answer["cache-control"] == "no-store")
        return (
            try #require(answer.json["playlistUrl"] as? String), try #require(answer.json["sessionId"] as? String)
        )
    }

    @Test
    func `a ticket opens its show, and nothing opens before the gate knows what is void`() async throws {
        let (rig, client, _) = try await self.opened()
        let (url, session) = try await self.begin(client)
        #expect(url.hasPrefix("http://podo.test/p/") && url.hasSuffix("/index.m3u8") && url.utf8.count == 94)
        #expect(session.utf8.count == 16)
        #expect(try await rig.ask(url) == self.admitted)
        let fresh = try PlaybackRig(beside: rig)
        #expect(try await fresh.ask(url) == .refused(.gateClosed))
        try await fresh.reload()
        #expect(try await fresh.ask(url) == self.admitted)
    }

    @Test
    func `the newest session wins, and a restart neither forgets that nor revives the other`() async throws {
        let (rig, client, _) = try await self.opened()
        let other = try PlaybackRig(beside: rig)
        try await other.reload()
        let first = try await self.begin(client)
        #expect(try await rig.ask(first.url) == self.admitted)
        #expect(try await other.ask(first.url) == self.admitted)
        let second = try await self.begin(client)
        #expect(try await rig.ask(first.url) == .refused(.sessionReplaced))
        #expect(try await rig.ask(second.url) == self.admitted)
        // The other process has not heard yet, and lets in what it knows to be newer.
        #expect(try await other.ask(first.url) == self.admitted)
        #expect(try await other.ask(second.url) == self.admitted)
        try await other.catchUp()
        #expect(try await other.ask(first.url) == .refused(.sessionReplaced))
        let restarted = try PlaybackRig(beside: rig)
        try await restarted.reload()
        #expect(try await restarted.ask(first.url) == .refused(.sessionReplaced))
        #expect(try await restarted.ask(second.url) == self.admitted)
    }

    @Test
    func `a ticket has as many sessions as it may, and its owner sees and ends them`() async throws {
        let (rig, client, _) = try await self.opened(2)
        let first = try await self.begin(client)
        let second = try await self.begin(client)
        #expect(try await rig.ask(first.url) == self.admitted)
        #expect(try await rig.ask(second.url, .other) == self.admitted)
        let third = try await self.begin(client)
        #expect(try await rig.ask(first.url) == .refused(.sessionReplaced))
        #expect(try await rig.ask(second.url, .other) == self.admitted)

        #expect(try await client.send(.delete, "/api/v1/ticket/5/playback/\(third.session)").status == 204)
        #expect(try await rig.ask(third.url) == .refused(.sessionReplaced))
        #expect(try await client.send(.delete, "/api/v1/ticket/5/playback/\(third.session)").status == 404)
        #expect(try await client.send(.delete, "/api/v1/ticket/5/playback/zz").status == 404)

        let list = try await client.send(.get, "/api/v1/ticket/5/playback")
        let items = try #require(list.json["items"] as? [[String: Any]])
        #expect(items.compactMap { $0["sessionId"] as? String } == [third.session, second.session, first.session])
        #expect(items.compactMap { $0["endedFor"] as? String } == ["ended", "replaced"])
        #expect(items.allSatisfy { $0["device"] as? String == "VLC" })
        #expect(items.map { $0["isWatching"] as? Bool } == [false, false, false])
        _ = try await rig.ask(second.url, .playlist)
        try await rig.auth.onLoop { try await rig.sessions.count() }
        #expect(rig.sessions.viewerCount(of: 7) == 1)
        let again = try await client.send(.get, "/api/v1/ticket/5/playback")
        let all = try #require(again.json["items"] as? [[String: Any]])
        let watching = all.filter { $0["isWatching"] as? Bool == true }
        #expect(watching.compactMap { $0["sessionId"] as? String } == [second.session])
        #expect(watching.first?["firstWatchedAt"] is String)
        #expect(try rig.auth.sql("SELECT action FROM audit_log WHERE subject = 'ticket:5'") == "playback-ended")
    }

    @Test
    func `of sessions that are over so many are kept, the newest`() async throws {
        let (rig, client, _) = try await self.opened()
        try rig.auth.sql(
            """
            INSERT INTO playback_holder (ticket_id, schedule_id, revision, last_number, expires_at)
            VALUES (5, 7, 300, 300, now() + interval '1 hour');
            INSERT INTO playback_session (id, ticket_id, schedule_id, member_id, expires_at, ended_at, ended_for)
            SELECT (300 - n)::bigint << 32 | n, 5, 7, (SELECT max(id) FROM member),
                now() + interval '1 hour', now(), 'ended'
            FROM generate_series(1, 300) AS n
            """)
        for _ in 0..<2 { _ = try await self.begin(client) }
        #expect(
            try rig.auth.sql("SELECT count(*), min(id & 4294967295), max(id & 4294967295) FROM playback_session")
                == "202|101|302")
        #expect(try rig.auth.sql("SELECT count(*) FROM playback_session WHERE ended_at IS NULL") == "1")
    }

    @Test
    func `a ticket opens as much as it is worth, in every process`() async throws {
        let (rig, client, member) = try await self.opened()
        let grant = PlaybackGrant(heightMax: 720, hasReplay: false)
        rig.rights.tell(5, ToldRights.Told(member: member, grant: grant))
        let url = try await self.begin(client).url
        #expect(try await rig.ask(url) == .admitted(stream: "schedule-7", grant))
        let other = try PlaybackRig(beside: rig)
        try await other.reload()
        #expect(try await other.ask(url) == .admitted(stream: "schedule-7", grant))
    }

    @Test
    func `nobody has a session of a ticket that is another's, void, or over`() async throws {
        let (rig, client, member) = try await self.opened()
        let session = try await self.begin(client).session
        let (stranger, _) = try await AuthClient(rig: rig.auth).asNewMember("lee")
        let other = rig.client(stranger)
        for (method, path) in [
            (HTTPMethod.post, "/ticket/5/playback"), (.get, "/ticket/5/playback"),
            (.delete, "/ticket/5/playback/\(session)"), (.post, "/ticket/0/playback"), (.post, "/ticket/x/playback"),
            (.post, "/ticket/99999999999999999999/playback"), (.post, "/schedule/7/preview"),
        ] {
            let answer = try await other.send(method, "/api/v1" + path)
            #expect(answer.status == 404 && answer.code == "not-found", "\(path)")
        }
        rig.rights.tell(5, ToldRights.Told(member: member, isRevoked: true))
        #expect(try await client.send(.post, "/api/v1/ticket/5/playback").code == "ticket-revoked")
        rig.rights.tell(5, ToldRights.Told(member: member, seconds: -1))
        #expect(try await client.send(.post, "/api/v1/ticket/5/playback").code == "playback-over")
        #expect(try rig.auth.sql("SELECT count(*) FROM playback_session") == "1")
        var nobody = client
        nobody.accessToken = nil
        #expect(try await nobody.send(.post, "/api/v1/ticket/5/playback").status == 401)
    }

    @Test
    func `what makes a ticket void is told with its transaction, and found again when that was lost`() async throws {
        let (rig, client, _) = try await self.opened()
        let url = try await self.begin(client).url
        let other = try PlaybackRig(beside: rig)
        try await other.reload()
        let heard = rig.auth.database.listen(PlaybackNews.channel)
        _ = await heard.next()
        try rig.auth.sql("BEGIN; SELECT playback_revoke(5); ROLLBACK; SELECT playback_revoke(6)")
        try await rig.catchUp()
        #expect(try await rig.ask(url) == self.admitted)
        try rig.auth.sql("SELECT playback_revoke(5)")
        // Told.
        guard case .message(let text)? = await heard.next() else {
            Issue.record("nothing was told")
            return
        }
        try await rig.auth.onLoop { await rig.news.hear(text) }
        #expect(try await rig.ask(url) == .refused(.ticketRevoked))
        // Not told, and asked for.
        #expect(try await other.ask(url) == self.admitted)
        try await other.catchUp()
        #expect(try await other.ask(url) == .refused(.ticketRevoked))
        // Not told, and read with everything else.
        let restarted = try PlaybackRig(beside: rig)
        try await restarted.reload()
        #expect(try await restarted.ask(url) == .refused(.ticketRevoked))
        // By the second way, for one ticket.
        let third = try PlaybackRig(beside: rig)
        third.gates.opening.keepOpen(until: .now + .seconds(60))
        #expect(try await third.ask(url) == self.admitted)
        try await rig.auth.onLoop { try await third.sessions.lookAgain(ticket: 5) }
        #expect(try await third.ask(url) == .refused(.ticketRevoked))
    }

    @Test
    func `catching up misses nothing of transactions that commit late`() async throws {
        let (rig, client, _) = try await self.opened()
        let url = try await self.begin(client).url
        try await rig.catchUp()
        // Begins before the next look, ends after it.
        let (revoked, hasRevoked) = AsyncStream.makeStream(of: Void.self)
        let (mayCommit, commit) = AsyncStream.makeStream(of: Void.self)
        let late = Task(executorPreference: rig.auth.group.loops[0]) {
            try await rig.auth.database.transaction("test_revoke") { transaction in
                let revoke = PostgresStatement("test_revoke", "SELECT playback_revoke($1)")
                _ = try await transaction.run(revoke, 5 as Int64)
                hasRevoked.yield()
                for await _ in mayCommit { break }
            }
        }
        for await _ in revoked { break }
        try rig.auth.sql(
            "SELECT playback_begin(60, 7, (SELECT max(id) FROM member), 1, now() + '1 hour', 1, '', 0, true)")
        try await rig.catchUp()
        #expect(try await rig.ask(url) == self.admitted)
        commit.yield()
        try await late.value
        try await rig.catchUp()
        #expect(try await rig.ask(url) == .refused(.ticketRevoked))
    }

    @Test
    func `without the database those who are in go on for the grace, and then nobody does`() async throws {
        let (rig, client, _) = try await self.opened()
        let url = try await self.begin(client).url
        rig.gates.opening.keepOpen(until: .now + .seconds(1))
        #expect(try await rig.ask(url) == self.admitted)
        rig.gates.opening.keepOpen(until: .now)
        #expect(try await rig.ask(url) == .refused(.gateClosed))
        try await rig.catchUp()
        #expect(try await rig.ask(url) == self.admitted)
        #expect(rig.gates.opening.isOpen(at: .now + .seconds(590)))
        #expect(!rig.gates.opening.isOpen(at: .now + .seconds(610)))
    }

    @Test
    func `a preview ends with the sign-in that it was made by`() async throws {
        let rig = try PlaybackRig()
        try await rig.reload()
        let (client, account) = try await AuthClient(rig: rig.auth).asNewMember("kim", roleType: "ROLE_SELLER")
        let seller = rig.client(client)
        let answer = try await seller.send(.post, "/api/v1/schedule/7/preview")
        #expect(answer.status == 201)
        let url = try #require(answer.json["playlistUrl"] as? String)
        #expect(try await rig.ask(url) == .admitted(stream: "schedule-7", .preview))
        try await rig.auth.onLoop { try await rig.sessions.count() }
        #expect(rig.sessions.viewerCount(of: 7) == 0)
        // Another member's end is nothing to it.
        let (_, other) = try await AuthClient(rig: rig.auth).asNewMember("lee")
        try rig.auth.sql("UPDATE member SET token_epoch = token_epoch + 1 WHERE id = \(other.id)")
        try await rig.catchUp()
        #expect(try await rig.ask(url) == .admitted(stream: "schedule-7", .preview))
        try rig.auth.sql(
            "UPDATE session SET revoked_at = now(), revoked_for = 'signed-out' WHERE member_id = \(account.id)")
        try await rig.catchUp()
        #expect(try await rig.ask(url) == .refused(.ticketRevoked))
        #expect(try await seller.send(.post, "/api/v1/schedule/7/preview").code == "token-revoked")
    }

    @Test
    func `whoever is locked out watches nothing any more`() async throws {
        let (rig, client, member) = try await self.opened()
        let url = try await self.begin(client).url
        _ = try await rig.auth.onLoop { try await rig.auth.members.setLocked(true, member, actor: "test") }
        try await rig.catchUp()
        #expect(try await rig.ask(url) == .refused(.ticketRevoked))
    }

    @Test
    func `an address outlives the end that its show had, and is void all the same when its member is locked out`()
        async throws
    {
        let (rig, client, member) = try await self.opened()
        let url = try await self.begin(client).url
        let text = try #require(PlaybackTokenText(Array(url.split(separator: "/")[3].utf8)[...]))
        let token = PlaybackKeys(root: rig.auth.root).read(text).token
        let rest = token.expiresAt - WallClock.now.unixMilliseconds / 1000
        let late: Int64 = 14 * 86_400
        #expect(rest > late + 3500 && rest <= late + 3600)
        try rig.auth.sql("UPDATE playback_session SET expires_at = now() - interval '10 days'")
        #expect(try await rig.ask(url) == self.admitted)
        _ = try await rig.auth.onLoop { try await rig.auth.members.setLocked(true, member, actor: "test") }
        try await rig.catchUp()
        #expect(try await rig.ask(url) == .refused(.ticketRevoked))
    }

    @Test
    func `an address that was passed around is void for good, in every process, and is told of once`() async throws {
        let first = try PlaybackRig()
        var limits = PlaybackLimits()
        limits.networkCountMax = 1
        let rig = try PlaybackRig(beside: first, limits: limits)
        let (client, account) = try await AuthClient(rig: rig.auth).asNewMember("kim")
        rig.rights.tell(5, ToldRights.Told(member: account.id))
        try await rig.reload()
        let url = try await self.begin(rig.client(client)).url
        #expect(try await rig.ask(url, from: SocketAddress("192.0.2.1:7")) == self.admitted)
        for host in ["198.51.100.1:7", "192.0.2.1:7"] {
            #expect(try await rig.ask(url, from: SocketAddress(host)) == .refused(.sessionShared))
        }
        try rig.auth.sql("ALTER TABLE playback_session RENAME TO away")
        await #expect(throws: PostgresError.self) {
            try await rig.auth.onLoop { try await rig.sessions.endShared() }
        }
        try rig.auth.sql("ALTER TABLE away RENAME TO playback_session")
        for _ in 0..<2 { try await rig.auth.onLoop { try await rig.sessions.endShared() } }
        #expect(try await rig.ask(url) == .refused(.sessionShared))
        #expect(rig.auth.logMemory.lines.count { $0.contains("session shared") } == 1)
        #expect(try rig.auth.sql("SELECT count(*) FROM audit_log WHERE actor = 'gate'") == "1")
        // What meters know is not known to another process, and is forgotten.
        try await first.reload()
        #expect(try await first.ask(url) == .refused(.sessionReplaced))
        #expect(try await rig.ask(self.begin(rig.client(client)).url) == self.admitted)
    }

    @Test
    func `a gate that is full gives no new sessions`() async throws {
        let first = try PlaybackRig()
        var limits = PlaybackLimits()
        limits.holderCountMax = 1
        let rig = try PlaybackRig(beside: first, limits: limits)
        let (client, account) = try await AuthClient(rig: rig.auth).asNewMember("kim")
        for ticket in [5, 6] as [Int64] { rig.rights.tell(ticket, ToldRights.Told(member: account.id)) }
        try await rig.reload()
        _ = try await self.begin(rig.client(client))
        let answer = try await rig.client(client).send(.post, "/api/v1/ticket/6/playback")
        #expect(answer.status == 503 && answer.code == "overloaded")
    }
}
