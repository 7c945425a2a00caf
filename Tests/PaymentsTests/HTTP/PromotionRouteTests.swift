import Commerce
import HTTPServer
import Primitives
import Testing

@testable import Payments

/// Concert 1 is seller 201's; 203 looks after the money.
private struct TestRights: ConcertRights {
    func concert(_ id: Int64, toChange: Bool, _ caller: HTTPCaller) async throws -> SoldConcert {
        guard id == 1 else { throw HTTPProblem.notFound }
        let isAllowed = caller.role == .manager || caller.memberID == 201 || (!toChange && caller.memberID == 203)
        guard isAllowed else { throw HTTPProblem(.forbidden, code: "forbidden") }
        return SoldConcert(sellerID: 201, currency: .krw)
    }
}

@Suite("The routes of codes", .timeLimit(.minutes(5)))
struct PromotionRouteTests {
    private static let path = "/api/v1/concert/1/promotion"
    private let rig: PaymentRig
    private let client: PaymentClient

    init() throws {
        self.rig = try PaymentRig()
        let service = PromotionService(database: self.rig.database, rights: TestRights())
        self.client = try PaymentClient(
            self.rig, as: 201, with: PromotionRoutes.table.map { $0.bound(to: service) })
    }

    private static func draft(_ changes: [String: Any] = [:]) -> [String: Any] {
        let draft: [String: Any] = [
            "code": "early-10", "kind": "PERCENT", "basisPoints": 1000, "endsAt": "2099-01-01T00:00:00Z", "usesMax": 2,
        ]
        return draft.merging(changes) { $1 }
    }

    @Test("make one, with which somebody pays less, change and end it")
    func life() async throws {
        let made = try await self.client.send(.post, Self.path, json: Self.draft())
        #expect(made.status == 201 && made.json["code"] as? String == "EARLY-10", "\(made.text)")
        #expect(made.json["status"] as? String == "ACTIVE" && made.json["usesPerMember"] as? Int == 1)
        let id = try #require(made.json["promotionId"] as? Int)
        let twin = try await self.client.send(.post, Self.path, json: Self.draft())
        #expect(twin.status == 409 && twin.code == "promotion-exists")

        let reservation = try self.rig.reservation()
        let begin: [String: Any] = ["reservationId": reservation, "promotionCode": "Early-10"]
        let begun = try await self.client.send(.post, "/payment", json: begin, as: 101)
        #expect(begun.status == 201 && begun.amount("amount") == 90_000, "\(begun.text)")
        #expect(begun.amount("listAmount") == 100_000 && begun.amount("discount") == 10_000)
        let wrong = begin.merging(["promotionCode": "early 10"]) { $1 }
        #expect(try await self.client.send(.post, "/payment", json: wrong, as: 101).code == "invalid-request")

        let one = "/api/v1/promotion/\(id)"
        let less = try await self.client.send(.patch, one, json: ["usesMax": 0])
        #expect(less.status == 400 && less.text.contains("/usesMax"))
        let changed = try await self.client.send(.patch, one, json: ["usesMax": 1, "usesPerMember": 3])
        #expect(changed.json["status"] as? String == "USED_UP" && changed.json["usesPerMember"] as? Int == 3)
        for _ in 0..<2 { #expect(try await self.client.send(.delete, one).status == 204) }
        #expect(try await self.client.send(.patch, one, json: ["usesMax": 5]).code == "invalid-state")
        #expect(try await self.client.send(.post, Self.path, json: Self.draft()).status == 201)
        let list = try await self.client.send(.get, Self.path + "?limit=1")
        #expect(list.items.count == 1 && list.json["nextCursor"] is String)
        let all = try await self.client.send(.get, Self.path)
        #expect(all.items.compactMap { $0["status"] as? String } == ["ACTIVE", "ENDED"])
    }

    @Test(
        "say what is wrong with one by its fields",
        arguments: [
            (["code": "a b"], "/code", "not-a-code"), (["code": "ab"], "/code", "too-short"),
            (["kind": "HALF"], "/kind", "not-a-choice"), (["basisPoints": 0], "/basisPoints", "out-of-range"),
            (["basisPoints": 10_001], "/basisPoints", "out-of-range"), (["amount": 5], "/amount", "not-for-this-kind"),
            (["kind": "FIXED"], "/amount", "required"), (["kind": "FIXED"], "/basisPoints", "not-for-this-kind"),
            (["endsAt": "tomorrow"], "/endsAt", "not-a-time"), (["endsAt": "2020-01-01T00:00:00Z"], "/endsAt", ""),
            (["usesMax": 1_000_001], "/usesMax", "out-of-range"), (["usesPerMember": 0], "/usesPerMember", ""),
        ] as [([String: any Sendable], String, String)])
    func invalid(changes: [String: any Sendable], pointer: String, code: String) async throws {
        let answer = try await self.client.send(.post, Self.path, json: Self.draft(changes))
        #expect(answer.status == 400 && answer.code == "invalid-request", "\(answer.text)")
        let errors = answer.json["errors"] as? [[String: Any]] ?? []
        let found = errors.first {
            $0["pointer"] as? String == pointer && (code.isEmpty || $0["code"] as? String == code)
        }
        #expect(found != nil, "\(answer.text)")
    }

    @Test("are for those who sell, and for nobody else")
    func access() async throws {
        let made = try await self.client.send(.post, Self.path, json: Self.draft())
        let one = "/api/v1/promotion/\(try #require(made.json["promotionId"] as? Int))"
        /// Who, and what making, listing, changing and ending are answered.
        let rows: [(Int64?, [Int])] = [
            (nil, [401, 401, 401, 401]), (101, [403, 403, 404, 404]), (202, [403, 403, 404, 404]),
            (203, [403, 200, 404, 404]), (201, [201, 200, 200, 204]), (301, [201, 200, 409, 204]),
        ]
        for (index, (member, statuses)) in rows.enumerated() {
            var client = self.client
            client.member = member
            let answers = [
                try await client.send(.post, Self.path, json: Self.draft(["code": "CODE-\(index)"])),
                try await client.send(.get, Self.path), try await client.send(.patch, one, json: ["usesMax": 9]),
                try await client.send(.delete, one),
            ]
            #expect(answers.map(\.status) == statuses, "\(String(describing: member))")
        }
        #expect(try await self.client.send(.get, "/api/v1/concert/2/promotion").status == 404)
        #expect(try await self.client.send(.delete, "/api/v1/promotion/999").status == 404)
    }
}
