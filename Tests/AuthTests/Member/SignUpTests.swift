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
struct SignUpTests {
    @Test(arguments: ["/member", "/api/v1/member"])
    func `whoever signs up is a member, by either path`(_ path: String) async throws {
        let client = AuthClient(rig: try AuthRig())
        let body = [
            "name": "김포도", "email": "Kim@Example.com", "password": AuthClient.password, "roleType": "ROLE_SELLER",
        ]
        let answer = try await client.send(.post, path, json: body)
        #expect(answer.status == 201)
        #expect(answer["cache-control"] == "no-store")
        let id = try #require(answer.json["memberId"] as? Int64)
        let (member, _) = try await client.asMember("kim", id)
        let profile = try await member.send(.get, "/member/me")
        #expect(profile.json["name"] as? String == "김포도")
        #expect(profile.json["email"] as? String == "kim@example.com")
        #expect(profile.json["role"] as? String == "SELLER")
        #expect(profile.json["emailVerified"] as? Bool == false)
    }

    @Test
    func `an address has one account, however it is written`() async throws {
        let client = AuthClient(rig: try AuthRig())
        _ = try await client.signUp("kim")
        let body = ["name": "other", "email": "KIM@EXAMPLE.COM", "password": AuthClient.password]
        let answer = try await client.send(.post, "/member", json: body)
        #expect(answer.status == 409 && answer.code == "duplicate-email")
        #expect(try client.rig.sql("SELECT count(*) FROM member") == "1")
    }

    @Test
    func `of many who sign up at once with one address, one succeeds`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let body = ["name": "kim", "email": "kim@example.com", "password": AuthClient.password]
                    return try await client.send(.post, "/member", json: body).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 201 } == 1)
        #expect(statuses.count { $0 == 409 } == 19)
    }

    /// S-07: nothing is set that the route does not ask for.
    @Test
    func `nobody makes himself more than he may be`() async throws {
        let client = AuthClient(rig: try AuthRig())
        for role in ["ROLE_MANAGER", "MANAGER", "ROLE_ADMIN", "role_seller"] {
            let body = ["name": "kim", "email": "kim@example.com", "password": AuthClient.password, "roleType": role]
            #expect(try await client.send(.post, "/member", json: body).status == 422, "\(role)")
        }
        let extras: [String: Any] = [
            "name": "kim", "email": "kim@example.com", "password": AuthClient.password, "role": "MANAGER", "id": 1,
            "status": "LOCKED", "token_epoch": 7, "tokenEpoch": 7, "emailVerified": true,
            "email_verified_at": "2020-01-01T00:00:00Z", "is_deleted": true,
        ]
        #expect(try await client.send(.post, "/member", json: extras).status == 201)
        #expect(
            try client.rig.sql("SELECT role, status, token_epoch, email_verified_at, is_deleted, id > 1 FROM member")
                == "USER|ACTIVE|0||f|t")
        let (member, _) = try await client.asMember("kim", 0)
        let change: [String: Any] = ["name": "lee", "role": "MANAGER", "email": "other@example.com", "memberId": 1]
        #expect(try await member.send(.patch, "/api/v1/member/me", json: change).status == 200)
        #expect(try client.rig.sql("SELECT role FROM member") == "USER")
        #expect(try await client.signIn("kim").status == 200)
    }

    @Test
    func `everything that is wrong is told at once`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let answer = try await client.send(
            .post, "/member", json: ["name": "a\nb", "email": "nobody", "password": "short"])
        #expect(answer.status == 422)
        let errors = try #require(answer.json["errors"] as? [[String: Any]])
        #expect(Set(errors.compactMap { $0["field"] as? String }) == ["name", "email", "password"])
        let weak = ["name": "kim", "email": "kim@example.com", "password": "password1"]
        #expect(try await client.send(.post, "/member", json: weak).text.contains("too-common"))
    }

    @Test
    func `an address cannot make accounts without end`() async throws {
        let limits = RequestLimits(signUps: RatePolicy(burstCount: 3, interval: .seconds(3600)))
        var client = AuthClient(rig: try AuthRig(requestLimits: limits))
        for number in 0..<3 { _ = try await client.signUp("kim\(number)") }
        let body = ["name": "kim", "email": "kim@example.com", "password": AuthClient.password]
        let answer = try await client.send(.post, "/member", json: body)
        #expect(answer.status == 429 && answer.code == "rate-limited")
        #expect(answer["retry-after"].flatMap { Int($0) } ?? 0 > 3000)
        client.address = .v4(0x7f00_0002)
        #expect(try await client.send(.post, "/member", json: body).status == 201)
    }

    @Test
    func `with the database away one is told to come again`() async throws {
        let rig = try AuthRig(url: "postgresql:///x?host=/nowhere&user=podo")
        let answer = try await AuthClient(rig: rig).signIn("kim")
        #expect(answer.status == 503)
        #expect(answer["retry-after"] != nil)
        #expect(!answer.text.contains("nowhere"))
    }
}
