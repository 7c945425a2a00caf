import HTTPServer
import Postgres
import Primitives
import Reactor
import Testing

@testable import Auth

/// Sessions that begin while somebody takes from their member what they begin by.
@Suite("Playback sessions, at the same time as what ends them", .timeLimit(.minutes(5)))
struct PlaybackRaceTests {
    private static let lock: StaticString =
        "UPDATE member SET status = 'LOCKED', token_epoch = token_epoch + 1 WHERE id = $1"
    private static let signOut: StaticString =
        "UPDATE session SET revoked_at = now(), revoked_for = 'signed-out' WHERE member_id = $1"

    /// What a request is told that comes while a transaction has made a change and not committed it.
    private static func ask(
        _ rig: PlaybackRig, _ client: AuthClient, _ path: String, while change: StaticString, of member: Int64
    ) async throws -> (status: Int, code: String?, url: String?) {
        let (hasChanged, changed) = AsyncStream.makeStream(of: Void.self)
        let (mayCommit, commit) = AsyncStream.makeStream(of: Void.self)
        let other = Task(executorPreference: rig.auth.group.loops[0]) {
            // Whoever waits for it hears too when it fails.
            defer { changed.finish() }
            try await rig.auth.database.transaction("test_change", retriesConflicts: false) { transaction in
                _ = try await transaction.run(PostgresStatement("test_change", change), member)
                changed.yield()
                for await _ in mayCommit { break }
            }
        }
        for await _ in hasChanged { break }
        let asked = Task {
            let answer = try await client.send(.post, "/api/v1" + path)
            return (answer.status, answer.code, answer.json["playlistUrl"] as? String)
        }
        // Long enough for whoever does not wait; whoever does is seen to.
        let deadline = MonotonicTime.now + .seconds(2)
        while try rig.auth.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == "0" {
            if MonotonicTime.now > deadline { break }
            try rig.auth.sql("SELECT pg_sleep(0.01)")
        }
        commit.yield()
        try await other.value
        return try await asked.value
    }

    @Test
    func `a session that begins while its member is locked out is none`() async throws {
        let rig = try PlaybackRig()
        let (client, account) = try await AuthClient(rig: rig.auth).asNewMember("kim")
        rig.rights.tell(5, ToldRights.Told(member: account.id))
        try await rig.reload()
        let told = try await Self.ask(
            rig, rig.client(client), "/ticket/5/playback", while: Self.lock, of: account.id)
        #expect(told.status == 401 && told.code == "token-revoked")
        #expect(try rig.auth.sql("SELECT count(*) FROM playback_session WHERE ended_at IS NULL") == "0")
    }

    @Test
    func `a preview that begins while its sign-in ends is none, and so while its member is locked out`() async throws {
        for change in [Self.signOut, Self.lock] {
            let rig = try PlaybackRig()
            let (client, account) = try await AuthClient(rig: rig.auth).asNewMember("kim", roleType: "ROLE_SELLER")
            try await rig.reload()
            let told = try await Self.ask(
                rig, rig.client(client), "/schedule/7/preview", while: change, of: account.id)
            #expect(told.status == 401 && told.code == "token-revoked", "\(change)")
            #expect(try rig.auth.sql("SELECT count(*) FROM playback_session WHERE ended_at IS NULL") == "0")
        }
    }

    @Test
    func `whoever locks a member out waits for the session that begins, and ends it`() async throws {
        let rig = try PlaybackRig()
        let (client, account) = try await AuthClient(rig: rig.auth).asNewMember("kim")
        rig.rights.tell(5, ToldRights.Told(member: account.id))
        try await rig.reload()
        let (hasAsked, asked) = AsyncStream.makeStream(of: Void.self)
        let (mayGoOn, goOn) = AsyncStream.makeStream(of: Void.self)
        rig.rights.pause {
            asked.yield()
            for await _ in mayGoOn { break }
        }
        let beginning = Task { try await rig.client(client).send(.post, "/api/v1/ticket/5/playback") }
        for await _ in hasAsked { break }
        let locking = Task(executorPreference: rig.auth.group.loops[0]) {
            try await rig.auth.members.setLocked(true, account.id, actor: "test")
        }
        try rig.auth.sql("SELECT pg_sleep(0.1)")
        goOn.yield()
        let answer = try await beginning.value
        #expect(answer.status == 201)
        _ = try await locking.value
        try await rig.catchUp()
        let url = try #require(answer.json["playlistUrl"] as? String)
        #expect(try await rig.ask(url) == .refused(.ticketRevoked))
    }
}
