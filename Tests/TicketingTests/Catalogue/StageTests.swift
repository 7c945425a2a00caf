import HTTPServer
import Testing

@testable import Ticketing

@Suite("Stages and teams")
struct StageTests {
    @Test("a stage is made, seen, listed, changed and taken away by its seller")
    func life() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let id = try await rig.stage(
            seller,
            [
                "sections": [["name": "A", "rows": [1, 2], "cols": [1, 3]]], "aisles": [3],
                "rowAisles": [2],
                "blocked": [["row": 6, "col": 5]], "timeZone": "Europe/Berlin",
            ])
        let seen = try await rig.client.send(.get, "/api/v1/stage/\(id)")
        #expect(seen.status == 200 && seen["etag"] == "\"1\"")
        #expect(seen.json["rows"] as? Int == 6 && seen.json["timeZone"] as? String == "Europe/Berlin")
        let section = (seen.json["sections"] as? [[String: Any]])?.first
        #expect(section?["cols"] as? [Int] == [1, 3] && section?["name"] as? String == "A")
        #expect(seen.json["aisles"] as? [Int] == [3] && seen.json["rowAisles"] as? [Int] == [2])
        #expect((seen.json["blocked"] as? [[String: Int]])?.first == ["row": 6, "col": 5])
        let changed = try await seller.send(
            .patch, "/api/v1/stage/\(id)", json: ["name": "새 포도홀", "rows": 8], fields: [("if-match", "\"1\"")])
        #expect(changed.status == 200 && changed.json["name"] as? String == "새 포도홀")
        #expect(changed.json["rows"] as? Int == 8 && changed.json["location"] as? String == "서울")
        let late = try await seller.send(
            .patch, "/api/v1/stage/\(id)", json: ["name": "늦은"], fields: [("if-match", "\"1\"")])
        #expect(late.status == 412 && late.code == "version-mismatch")
        let list = try await seller.send(.get, "/api/v1/stage")
        #expect((list.json["items"] as? [[String: Any]])?.count == 1)
        #expect(try await seller.send(.delete, "/api/v1/stage/\(id)").status == 204)
        #expect(try await rig.client.send(.get, "/api/v1/stage/\(id)").status == 404)
        #expect(try rig.rig.sql("SELECT is_deleted, deleted_by FROM stage") == "t|member:\(seller.member ?? 0)")
    }

    @Test("what is wrong with a stage is told by where it is")
    func refusals() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        func pointers(_ changes: [String: Any]) async throws -> [String] {
            let answer = try await seller.send(
                .post, "/api/v1/stage", json: CatalogueRig.stage.merging(changes) { $1 })
            #expect(answer.status == 400 && answer.code == "invalid-request", "\(answer.text)")
            return answer.pointers
        }
        #expect(try await pointers(["rows": 0, "name": "  "]) == ["/name", "/rows"])
        #expect(try await pointers(["timeZone": "Asia/Atlantis"]) == ["/timeZone"])
        #expect(try await pointers(["sections": [["name": "A", "rows": [3, 2]]]]) == ["/sections/0/rows"])
        #expect(try await pointers(["sections": [["name": "A", "rows": [1, 9]]]]) == ["/sections/0/rows"])
        #expect(try await pointers(["name": "a\u{0}b"]) == ["/name"])
    }

    @Test("only sellers and their ADMINs make and change stages")
    func access() async throws {
        let rig = try CatalogueRig()
        let (seller, other, user) = (try rig.seller(), try rig.seller(), try rig.user())
        let id = try await rig.stage(seller)
        #expect(try await rig.client.send(.post, "/api/v1/stage", json: CatalogueRig.stage).status == 401)
        #expect(try await user.send(.post, "/api/v1/stage", json: CatalogueRig.stage).code == "forbidden")
        let change = ["name": "내 것"]
        #expect(try await other.send(.patch, "/api/v1/stage/\(id)", json: change).status == 403)
        #expect(try await other.send(.delete, "/api/v1/stage/\(id)").status == 403)
        let sellerID = try #require(seller.member)
        let joining = ["memberId": try #require(user.member), "role": "FINANCE"] as [String: Any]
        #expect(try await seller.send(.post, "/api/v1/member/me/team", json: joining).status == 204)
        #expect(try await user.send(.patch, "/api/v1/stage/\(id)", json: change).status == 403)
        let promotion = joining.merging(["role": "ADMIN"]) { $1 }
        #expect(try await seller.send(.post, "/api/v1/member/me/team", json: promotion).status == 204)
        #expect(try await user.send(.patch, "/api/v1/stage/\(id)", json: change).status == 200)
        let theirs = CatalogueRig.stage.merging(["sellerId": sellerID]) { $1 }
        #expect(try await user.send(.post, "/api/v1/stage", json: theirs).status == 201)
        #expect(try await other.send(.post, "/api/v1/stage", json: theirs).status == 403)
        #expect(try await rig.manager().send(.delete, "/api/v1/stage/\(id)").status == 204)
    }

    @Test("a stage with concerts keeps its places, and stays as long as some are to come")
    func inUse() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        let path = "/api/v1/stage/\(made.stage)"
        let moved = try await made.seller.send(.patch, path, json: ["rows": 7])
        #expect(moved.status == 409 && moved.code == "venue-in-use")
        #expect(try await made.seller.send(.patch, path, json: ["name": "새 이름", "aisles": [2]]).status == 200)
        let gone = try await made.seller.send(.delete, path)
        #expect(gone.status == 409 && gone.code == "venue-in-use")
        #expect(try await made.seller.send(.post, made.path + "/cancel").status == 202)
        #expect(try await made.seller.send(.delete, path).status == 204)
    }

    @Test("a team is taken into, listed and left, and is not endless")
    func team() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let fellows = try rig.rig.members(CatalogueLimits.teamCountMax + 1)
        for fellow in fellows.dropLast() {
            let input = ["memberId": fellow, "role": "STREAMER"] as [String: Any]
            #expect(try await seller.send(.post, "/api/v1/member/me/team", json: input).status == 204)
        }
        let last = ["memberId": fellows[fellows.count - 1], "role": "STREAMER"] as [String: Any]
        let full = try await seller.send(.post, "/api/v1/member/me/team", json: last)
        #expect(full.status == 409 && full.code == "team-limit")
        #expect(try await seller.send(.delete, "/api/v1/member/me/team/\(fellows[0])").status == 204)
        #expect(try await seller.send(.post, "/api/v1/member/me/team", json: last).status == 204)
        let nobody = ["memberId": 999_999, "role": "ADMIN"] as [String: Any]
        _ = try await seller.send(.delete, "/api/v1/member/me/team/\(fellows[1])")
        #expect(try await seller.send(.post, "/api/v1/member/me/team", json: nobody).status == 404)
        let oneself = ["memberId": try #require(seller.member), "role": "ADMIN"] as [String: Any]
        #expect(try await seller.send(.post, "/api/v1/member/me/team", json: oneself).pointers == ["/memberId"])
        let list = try await seller.send(.get, "/api/v1/member/me/team")
        #expect((list.json["items"] as? [[String: Any]])?.count == CatalogueLimits.teamCountMax - 1)
        #expect(try await rig.user().send(.get, "/api/v1/member/me/team").status == 403)
    }

    @Test("somebody is taken in by his address, is seen by name, and sees whose team it is")
    func byAddress() async throws {
        let rig = try CatalogueRig()
        let (seller, user) = (try rig.seller(), try rig.user())
        let (sellerID, userID) = (try #require(seller.member), try #require(user.member))
        rig.directory.add("grape@example.com", sellerID)
        rig.directory.add("kim@example.com", userID)
        let path = "/api/v1/member/me/team"
        let input = ["email": "kim@example.com", "role": "FINANCE"]
        #expect(try await seller.send(.post, path, json: input).status == 204)
        let team = try await seller.send(.get, path).json["items"] as? [[String: Any]]
        #expect(team?.map { $0["name"] as? String } == ["kim"] && team?.first?["memberId"] as? Int64 == userID)
        let teams = try await user.send(.get, path + "s").json["items"] as? [[String: Any]]
        #expect(teams?.map { $0["name"] as? String } == ["grape"] && teams?.first?["role"] as? String == "FINANCE")
        #expect(teams?.first?["sellerId"] as? Int64 == sellerID)
        #expect((try await seller.send(.get, path + "s").json["items"] as? [Any])?.isEmpty == true)

        let unknown = try await seller.send(.post, path, json: ["email": "nobody@example.com", "role": "ADMIN"])
        #expect(unknown.status == 422 && unknown.code == "member-not-found")
        let oneself = ["email": "grape@example.com", "role": "ADMIN"]
        #expect(try await seller.send(.post, path, json: oneself).pointers == ["/email"])
        #expect(try await seller.send(.post, path, json: ["role": "ADMIN"]).pointers == ["/email"])
        let both = ["email": "kim@example.com", "memberId": userID, "role": "ADMIN"] as [String: Any]
        #expect(try await seller.send(.post, path, json: both).pointers == ["/memberId"])
        // Whoever has no name any more is still in it.
        let gone = ["memberId": try rig.rig.member(), "role": "STREAMER"] as [String: Any]
        #expect(try await seller.send(.post, path, json: gone).status == 204)
        let all = try await seller.send(.get, path).json["items"] as? [[String: Any]]
        #expect(all?.compactMap { $0["name"] as? String } == ["kim", ""])
    }
}
