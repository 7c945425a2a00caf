import Crypto
import Foundation
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import TestSupport
import Testing

@testable import Auth

@Suite(.timeLimit(.minutes(5)))
struct StreamKeysTests {
    private func issue(_ stream: String = "main", owner: Int64? = nil, until: Int64 = 4_000_000_000_000) throws
        -> StreamKeyIssue
    {
        try #require(
            StreamKeyIssue(
                stream: stream, owner: owner, validFrom: WallClock(unixMilliseconds: 0),
                validUntil: WallClock(unixMilliseconds: until)))
    }

    @Test
    func `a key opens its stream at once, and in every process that hears of it`() async throws {
        let rig = try AuthRig()
        let issue = try self.issue()
        let key = try await rig.onLoop { try await rig.streamKeys.issue(issue, actor: "test") }
        #expect(key.reveal().utf8.count == 40)
        #expect(rig.streamKeys.find([Secret("wrong"), key], now: .now).stream == "main")
        let other = StreamKeys(database: rig.database)
        #expect(other.find([key], now: .now) == .unknown)
        let news = AuthNews(database: rig.database, signIns: rig.signIns, streamKeys: other)
        try await rig.onLoop { try await news.hear("k main") }
        #expect(other.find([key], now: .now).stream == "main")
        let third = StreamKeys(database: rig.database)
        try await rig.onLoop { try await third.reload() }
        #expect(third.find([key], now: .now).stream == "main")
    }

    @Test
    func `only its hash is stored`() async throws {
        let rig = try AuthRig()
        let issue = try self.issue()
        let key = try await rig.onLoop { try await rig.streamKeys.issue(issue, actor: "test") }
        #expect(!(try rig.sql("SELECT *, encode(key_hash, 'escape') FROM stream_key")).contains(key.reveal()))
        #expect(!(try rig.sql("SELECT * FROM audit_log")).contains(key.reveal()))
        let hash = try rig.sql("SELECT encode(key_hash, 'hex') FROM stream_key")
        #expect(rig.streamKeys.find([Secret(hash)], now: .now) == .unknown)
    }

    @Test
    func `rotating voids the key before, and nobody else's`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (_, kim) = try await client.asNewMember("kim", roleType: "ROLE_SELLER")
        let (_, lee) = try await client.asNewMember("lee", roleType: "ROLE_SELLER")
        let (ours, theirs) = (try self.issue(owner: kim.id), try self.issue(owner: lee.id))
        let first = try await rig.onLoop { try await rig.streamKeys.issue(ours, actor: "test") }
        let second = try await rig.onLoop { try await rig.streamKeys.issue(ours, actor: "test") }
        #expect(rig.streamKeys.find([first], now: .now) == .unknown)
        #expect(rig.streamKeys.find([second], now: .now).stream == "main")
        // S-10: the stream is somebody else's, and it looks as if there were none.
        let problem = await #expect(throws: HTTPProblem.self) {
            try await rig.onLoop { _ = try await rig.streamKeys.issue(theirs, actor: "test") }
        }
        #expect(problem?.status == .notFound)
        #expect(
            try await rig.onLoop { try await rig.streamKeys.revoke(stream: "main", owner: lee.id, actor: "x") } == false
        )
        #expect(rig.streamKeys.find([second], now: .now).stream == "main")
        #expect(try await rig.onLoop { try await rig.streamKeys.revoke(stream: "main", owner: kim.id, actor: "x") })
        #expect(rig.streamKeys.find([second], now: .now) == .unknown)
    }

    @Test
    func `of many who rotate at once, one key is left`() async throws {
        let rig = try AuthRig()
        let issue = try self.issue()
        let keys = await withTaskGroup(of: Secret<String>?.self) { group in
            for _ in 0..<10 {
                // Whoever came too late is told so.
                group.addTask { try? await rig.onLoop { try await rig.streamKeys.issue(issue, actor: "test") } }
            }
            return await group.reduce(into: [Secret<String>]()) { if let key = $1 { $0.append(key) } }
        }
        try await rig.onLoop { try await rig.streamKeys.reload() }
        #expect(!keys.isEmpty)
        #expect(keys.count { rig.streamKeys.find([$0], now: .now).stream == "main" } == 1)
        #expect(try rig.sql("SELECT count(*) FROM stream_key WHERE revoked_at IS NULL") == "1")
    }

    @Test(arguments: ["", "Main", "a_b", "a b", "ä", String(repeating: "a", count: 65)])
    func `what is no name of a stream is refused`(_ name: String) {
        let time = WallClock(unixMilliseconds: 0)
        #expect(
            StreamKeyIssue(stream: name, validFrom: time, validUntil: WallClock(unixMilliseconds: 1)) == nil)
    }

    @Test
    func `with the database away keys go on opening`() async throws {
        let rig = try AuthRig()
        let issue = try self.issue()
        let key = try await rig.onLoop { try await rig.streamKeys.issue(issue, actor: "test") }
        rig.database.stop()
        #expect(rig.streamKeys.find([key], now: .now).stream == "main")
    }
}
