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

/// S-64: secrets that are sent through every route come out nowhere but where they belong.
@Suite(.timeLimit(.minutes(5)))
struct CanaryTests {
    private static let canary = "canary7f3a9c"

    @Test
    func `no secret is in a log, a metric or an error`() async throws {
        let rig = try AuthRig()
        let social = try SocialRig(auth: rig, secret: Self.canary)
        var client = AuthClient(rig: rig, application: social.application)
        var answers: [AuthClient.Answer] = []
        let password = "grape \(Self.canary) grape"
        let address = "\(Self.canary)@example.com"
        let signUp = ["name": "name \(Self.canary)", "email": address, "password": password]
        answers.append(try await client.send(.post, "/member", json: signUp))
        let signedIn = try await client.send(.post, "/auth/signin", json: ["email": address, "password": password])
        let access = try #require(signedIn.json["accessToken"] as? String)
        let refresh = try #require(signedIn.json["refreshToken"] as? String)
        client.accessToken = access
        // Everything that can go wrong, with a secret in every place that takes a text.
        for route in AuthRoutes.table.map(\.unbound) + SocialRoutes.table.map(\.unbound) {
            let path =
                route.path.replacing("{id}", with: Self.canary).replacing("{provider}", with: "corp")
                + "?cursor=\(Self.canary)&token=\(Self.canary)&code=\(Self.canary)&state=\(Self.canary)"
                + "&error=\(Self.canary)&iss=\(Self.canary)"
            let texts = [
                "name", "email", "password", "currentPassword", "newPassword", "token", "refreshToken", "roleType",
                "session", "everywhere", "code", "redirect",
            ]
            let wrong = Dictionary(uniqueKeysWithValues: texts.map { ($0, "\(Self.canary)\u{7}") })
            answers.append(try await client.send(route.method, path, json: wrong))
            answers.append(try await client.send(route.method, path, body: Array("{\"\(Self.canary)".utf8)))
            var other = client
            other.accessToken = "\(Self.canary).\(Self.canary).\(Self.canary)"
            other.cookies = [
                "podo-session": Self.canary, "podo-refresh": Self.canary, "podo-social": Self.canary,
            ]
            answers.append(try await other.send(route.method, path, json: wrong))
        }
        answers += try await self.social(social)
        rig.mails.refuse(1)
        try await rig.deliver()
        try rig.sql("UPDATE member SET data_key = '\\x0101'")
        answers.append(try await client.send(.get, "/member/me"))
        answers.append(
            try await client.send(
                .post, "/api/v1/auth/password/change",
                json: ["currentPassword": password, "newPassword": "\(password) two"]))
        #expect(answers.contains { $0.status == 500 })

        let metrics = String(decoding: rig.registry.prometheusText(), as: UTF8.self)
        let log = rig.logMemory.lines.joined(separator: "\n")
        #expect(log.contains("mail not sent"))
        for secret in [Self.canary, access, refresh, try #require(RefreshToken(refresh)).hash.description] {
            #expect(!metrics.contains(secret) && !log.contains(secret))
            for answer in answers {
                #expect(!answer.text.contains(secret), "\(answer.status)")
                #expect(!String(decoding: answer.fields.wire, as: UTF8.self).contains(secret))
            }
        }
    }

    /// A person whose every word is secret, at a provider that is told another secret; and one that refuses it.
    private func social(_ rig: SocialRig) async throws -> [AuthClient.Answer] {
        try rig.provider.set(["sub": Self.canary, "email": "\(Self.canary)2@example.com", "name": Self.canary])
        return [
            try await Browser(rig).visit("corp"), try await Browser(rig).visit("kakao"),
            try await Browser(rig).visit("naver"),
        ]
    }

    @Test
    func `values that hold secrets show none`() throws {
        let signUp = SignUp(
            name: try #require(PersonName(Self.canary)),
            email: try #require(EmailAddress("\(Self.canary)@example.com")),
            password: Secret(Self.canary), isSeller: false)
        let token = RefreshToken()
        let link = LinkToken()
        var dumped = ""
        dump(signUp, to: &dumped)
        dump(token, to: &dumped)
        dump(link, to: &dumped)
        dumped += "\(signUp) \(token) \(link)"
        for secret in [Self.canary, token.text.reveal(), link.text.reveal()] { #expect(!dumped.contains(secret)) }
    }
}
