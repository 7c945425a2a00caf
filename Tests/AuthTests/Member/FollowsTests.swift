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
struct FollowsTests {
    @Test
    func `following twice is following once, and is undone once`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (fan, fanTokens) = try await client.asNewMember("fan")
        let (seller, organizer) = try await client.asNewMember("seller", roleType: "ROLE_SELLER")
        for _ in 0..<2 { #expect(try await fan.send(.post, "/api/v1/member/\(organizer.id)/follow").status == 204) }
        let list = try await fan.send(.get, "/api/v1/member/me/following")
        let items = try #require(list.json["items"] as? [[String: Any]])
        #expect(items.count == 1 && items[0]["name"] as? String == "seller")
        #expect(items[0]["memberId"] as? Int64 == organizer.id)
        #expect(items[0]["email"] == nil)
        for _ in 0..<2 { #expect(try await fan.send(.delete, "/api/v1/member/\(organizer.id)/follow").status == 204) }
        #expect((try await fan.send(.get, "/api/v1/member/me/following").json["items"] as? [Any])?.isEmpty == true)
        // Nobody follows himself, and nobody a fan.
        #expect(try await seller.send(.post, "/api/v1/member/\(organizer.id)/follow").status == 404)
        #expect(try await seller.send(.post, "/api/v1/member/\(fanTokens.id)/follow").status == 404)
    }

    @Test
    func `everybody sees an organizer's name, and a member whether he follows him`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (fan, fanTokens) = try await client.asNewMember("fan")
        let seller = try await client.signUp("seller", roleType: "ROLE_SELLER")
        let path = "/api/v1/organizer/\(seller)"
        let seen = try await client.send(.get, path)
        #expect(seen.status == 200 && seen.json["name"] as? String == "seller" && seen.json["email"] == nil)
        #expect(seen.json["followed"] as? Bool == false)
        #expect(try await fan.send(.get, path).json["followed"] as? Bool == false)
        #expect(try await fan.send(.post, "/api/v1/member/\(seller)/follow").status == 204)
        #expect(try await fan.send(.get, path).json["followed"] as? Bool == true)
        #expect(try await client.send(.get, path).json["followed"] as? Bool == false)
        // A fan is nobody that everybody may see.
        #expect(try await client.send(.get, "/api/v1/organizer/\(fanTokens.id)").status == 404)
    }

    @Test
    func `lists are paged to their end, each row once`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (fan, _) = try await client.asNewMember("fan")
        var expected: Set<Int64> = []
        for number in 0..<7 {
            let id = try await client.signUp("seller\(number)", roleType: "ROLE_SELLER")
            #expect(try await fan.send(.post, "/api/v1/member/\(id)/follow").status == 204)
            expected.insert(id)
        }
        var found: [Int64] = []
        var cursor: String?
        repeat {
            let query = "limit=3" + (cursor.map { "&cursor=\($0)" } ?? "")
            let page = try await fan.send(.get, "/api/v1/member/me/following?\(query)")
            #expect(page.status == 200)
            let items = try #require(page.json["items"] as? [[String: Any]])
            #expect(items.count <= 3)
            found += items.compactMap { $0["memberId"] as? Int64 }
            cursor = page.json["nextCursor"] as? String
        } while cursor != nil
        #expect(found.count == 7 && Set(found) == expected)
    }

    @Test(arguments: [
        "limit=0", "limit=101", "limit=x", "limit=1&limit=2", "cursor=x",
        "cursor=" + String(repeating: "A", count: 200),
    ])
    func `a page that is none is refused`(_ query: String) async throws {
        let client = AuthClient(rig: try AuthRig())
        let (fan, _) = try await client.asNewMember("fan")
        #expect(try await fan.send(.get, "/api/v1/member/me/following?\(query)").status == 400)
    }

    @Test
    func `managers see members, and that they looked is written down`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        for number in 0..<5 { _ = try await client.signUp("kim\(number)") }
        let id = try await client.signUp("boss")
        try await rig.onLoop { try await rig.members.setRole(.manager, of: id, actor: "test") }
        let (manager, _) = try await client.asMember("boss", id)
        var names: [String] = []
        var cursor: String?
        repeat {
            let query = "limit=2" + (cursor.map { "&cursor=\($0)" } ?? "")
            let page = try await manager.send(.get, "/api/v1/admin/members?\(query)")
            let items = try #require(page.json["items"] as? [[String: Any]])
            names += items.compactMap { $0["name"] as? String }
            #expect(items.allSatisfy { ($0["email"] as? String)?.hasSuffix("@example.com") == true })
            cursor = page.json["nextCursor"] as? String
        } while cursor != nil
        #expect(Set(names) == ["kim0", "kim1", "kim2", "kim3", "kim4", "boss"] && names.count == 6)
        #expect(
            try rig.sql(
                "SELECT count(*), bool_and(actor = 'member:\(id)'), bool_and(host(address) = '127.0.0.1') "
                    + "FROM audit_log WHERE action = 'members-listed'") == "3|t|t")
        let managers = try await manager.send(.get, "/api/v1/admin/members?role=MANAGER")
        #expect((managers.json["items"] as? [Any])?.count == 1)
        #expect(try await manager.send(.get, "/api/v1/admin/members?role=KING").status == 400)
    }

    @Test(arguments: [
        ("email=kim1@example.com", ["kim1"]), ("email=KIM1@Example.com", ["kim1"]), ("email=kim@example.com", []),
        ("email=kim1", []), ("email=", []), ("email=kim1@example.com&role=USER", ["kim1"]),
        ("email=kim1@example.com&role=SELLER", []), ("memberId=1", []), ("memberId=ID", ["kim1"]),
        ("memberId=ID&email=kim1@example.com", ["kim1"]), ("memberId=ID&email=kim0@example.com", []),
    ])
    func `managers find one by address or number, and that is written down too`(
        _ query: String, _ names: [String]
    ) async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        _ = try await client.signUp("kim0")
        let id = try await client.signUp("kim1")
        let boss = try await client.signUp("boss")
        try await rig.onLoop { try await rig.members.setRole(.manager, of: boss, actor: "test") }
        let (manager, _) = try await client.asMember("boss", boss)
        let text = query.replacing("ID", with: "\(id)")
        let page = try await manager.send(.get, "/api/v1/admin/members?\(text)")
        let items = try #require(page.json["items"] as? [[String: Any]], "\(page.text)")
        #expect(items.compactMap { $0["name"] as? String } == names && page.json["nextCursor"] is NSNull)
        let seen = names.isEmpty ? "" : "\(id)"
        #expect(
            try rig.sql("SELECT detail ->> 'members' FROM audit_log WHERE action = 'members-listed'") == seen)
        for number in ["x", "0", "9007199254740992"] {
            #expect(try await manager.send(.get, "/api/v1/admin/members?memberId=\(number)").status == 400)
        }
    }

    @Test
    func `names of many are read at once, and nobody has one who is gone`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (kim, lee) = (try await client.signUp("kim"), try await client.signUp("lee"))
        _ = try await rig.onLoop { try await rig.members.erase(lee, actor: "test") }
        let names = try await rig.onLoop { try await rig.members.names(of: [kim, lee, 7]) }
        #expect(names == [kim: "kim"])
    }
}
