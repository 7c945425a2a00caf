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

/// S-01: guessing passwords.
@Suite(.timeLimit(.minutes(10)))
struct SignInTests {
    @Test(arguments: ["/auth/signin", "/api/v1/auth/signin"])
    func `the right password gives tokens, by either path`(_ path: String) async throws {
        let client = AuthClient(rig: try AuthRig())
        let id = try await client.signUp("kim")
        let answer = try await client.send(
            .post, path, json: ["email": "KIM@example.com", "password": AuthClient.password])
        #expect(answer.status == 200)
        #expect(answer["cache-control"] == "no-store")
        #expect(answer["set-cookie"] == nil)
        #expect(answer.json["tokenType"] as? String == "Bearer")
        #expect(answer.json["expiresIn"] as? Int == 900)
        #expect(answer.json["memberId"] as? Int64 == id)
    }

    @Test
    func `a wrong password and an unknown account look the same`() async throws {
        let client = AuthClient(rig: try AuthRig())
        _ = try await client.signUp("kim")
        let wrong = try await client.signIn("kim", "another purple grape")
        let unknown = try await client.signIn("nobody", "another purple grape")
        #expect(wrong.status == 401 && wrong.code == "bad-credentials")
        #expect(wrong.text == unknown.text && wrong.status == unknown.status)
        #expect(wrong.fields.wire == unknown.fields.wire)
    }

    @Test
    func `two hundred wrong passwords from one address end in waiting, for that address`() async throws {
        let rig = try AuthRig()
        var client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        var counts: [Int: Int] = [:]
        var retryAfter: Int?
        for _ in 0..<200 {
            let answer = try await client.signIn("kim", "wrong grape")
            counts[answer.status, default: 0] += 1
            if answer.status == 429 { retryAfter = answer["retry-after"].flatMap { Int($0) } }
        }
        #expect(counts == [401: 5, 429: 195])
        #expect((1...60).contains(try #require(retryAfter)))
        // Even the right one has to wait there.
        #expect(try await client.signIn("kim").status == 429)
        client.address = .v4(0x7f00_0099)
        #expect(try await client.signIn("kim").status == 200)
        #expect(rig.metric("podo_auth_sign_ins_total{outcome=\"pair\"}") == 196)
    }

    @Test
    func `two hundred addresses with wrong passwords cannot keep the right one out`() async throws {
        var limits = SignInLimits()
        limits.delayMax = .milliseconds(50)
        let rig = try AuthRig(signInLimits: limits)
        var client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        for host in 1...200 {
            client.address = .v4(0x7f00_0100 + UInt32(host))
            #expect(try await client.signIn("kim", "wrong grape").status == 401)
        }
        client.address = .v4(0x7f00_0099)
        #expect(try await client.signIn("kim").status == 200)
    }

    @Test
    func `whatever 240 networks do, the owner comes in where he is signed in already`() async throws {
        var limits = SignInLimits()
        limits.delayMax = .seconds(2)
        limits.delayedCountPerAccountMax = 4
        let rig = try AuthRig(signInLimits: limits)
        let home = AuthClient(rig: rig, address: .v6(high: 0x2001_0db8_7777_0001, low: 9))
        let (_, _) = try await home.asNewMember("kim")
        // Podo was started anew, and knows of nobody but what the database does.
        let again = try AuthRig(signInLimits: limits, root: rig.root, url: rig.url)
        let attacks = (0..<240).map { number in
            let high = 0x2001_0db8_0000_0000 + UInt64(number % 8) << 16 + UInt64(number)
            return AuthClient(rig: again, address: .v6(high: high, low: 1))
        }
        for attacker in attacks.prefix(40) { _ = try await attacker.signIn("kim", "wrong grape") }
        let refusals = TestLog<Int>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for attacker in attacks {
                group.addTask { refusals.add(try await attacker.signIn("kim", "wrong grape").status) }
            }
            // All places are taken by now.
            try await again.wait { refusals.entries.count { $0 == 429 } >= 200 }
            let owner = AuthClient(rig: again, address: .v6(high: 0x2001_0db8_7777_0001, low: 0xabcd))
            let start = MonotonicTime.now
            #expect(try await owner.signIn("kim").status == 200)
            #expect(MonotonicTime.now - start < .seconds(1))
            let elsewhere = AuthClient(rig: again, address: .v6(high: 0x2001_0db8_8888_0001, low: 1))
            #expect(try await elsewhere.signIn("kim").status == 429)
            try await group.waitForAll()
        }
    }

    @Test
    func `an address that tries many accounts has to wait for all of them`() async throws {
        // However slow the machine is: none of them is given back meanwhile.
        var limits = SignInLimits()
        limits.address = RatePolicy(burstCount: 60, interval: .seconds(3600))
        let rig = try AuthRig(signInLimits: limits)
        var client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        var statuses: [Int] = []
        for number in 0..<80 { statuses.append(try await client.signIn("nobody\(number)", "wrong grape").status) }
        #expect(statuses.prefix(60).allSatisfy { $0 == 401 })
        #expect(statuses.suffix(20).allSatisfy { $0 == 429 })
        client.address = .v4(0x7f00_0099)
        #expect(try await client.signIn("kim").status == 200)
    }

    @Test
    func `a hash with old parameters is made anew when its password is known`() async throws {
        let url = try AuthRig()
        let client = AuthClient(rig: url)
        _ = try await client.signUp("kim")
        try url.sql("UPDATE member SET password_hash = replace(password_hash, 'quick$1', 'quick$0')")
        #expect(try await client.signIn("kim", "wrong grape").status == 401)
        #expect(try url.sql("SELECT left(password_hash, 7) FROM member") == "quick$0")
        #expect(try await client.signIn("kim").status == 200)
        #expect(try url.sql("SELECT left(password_hash, 7) FROM member") == "quick$1")
        #expect(try await client.signIn("kim").status == 200)
    }

    @Test
    func `a locked account is told so only to who knows its password`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (_, tokens) = try await client.asNewMember("kim")
        try client.rig.sql("UPDATE member SET status = 'LOCKED'")
        #expect(try await client.signIn("kim", "wrong grape").code == "bad-credentials")
        let answer = try await client.signIn("kim")
        #expect(answer.status == 403 && answer.code == "account-locked")
        #expect(try await client.refresh(tokens.refresh).status == 401)
    }

    @Test
    func `an account without a password cannot be signed in to by one`() async throws {
        let client = AuthClient(rig: try AuthRig())
        _ = try await client.signUp("kim")
        try client.rig.sql("UPDATE member SET password_hash = NULL")
        for password in ["", AuthClient.password, "null"] {
            #expect(try await client.signIn("kim", password).status == 401)
        }
    }

    @Test
    func `more sessions than a member may have end the oldest`() async throws {
        var limits = SessionLimits()
        limits.countPerMemberMax = 3
        let client = AuthClient(rig: try AuthRig(limits: limits))
        let (_, first) = try await client.asNewMember("kim")
        for _ in 0..<3 { #expect(try await client.signIn("kim").status == 200) }
        #expect(try client.rig.sql("SELECT count(*) FROM session WHERE revoked_at IS NULL") == "3")
        #expect(try await client.refresh(first.refresh).status == 401)
    }

    @Test
    func `with too many passwords waiting, one is told to come again, and it costs nothing`() async throws {
        var limits = PasswordLimits()
        limits.waitingCountMax = 2
        let hashing = BlockedPasswords()
        let rig = try AuthRig(passwordLimits: limits, hashing: hashing)
        let client = AuthClient(rig: rig)
        hashing.isBlocked = true
        let answers = try await withThrowingTaskGroup(of: AuthClient.Answer.self) { group in
            for number in 0..<20 {
                var client = client
                client.address = .v4(UInt32(number) << 8)
                let asking = client
                group.addTask { try await asking.signIn("kim\(number)", "wrong grape") }
            }
            var answers: [AuthClient.Answer] = []
            for try await answer in group {
                answers.append(answer)
                if answers.count == 17 { hashing.isBlocked = false }
            }
            return answers
        }
        let shed = answers.filter { $0.status == 503 }
        // One is looked at and two wait; the third may come before the first is taken up.
        let heardCount = answers.count { $0.status == 401 }
        #expect((2...3).contains(heardCount) && shed.count == 20 - heardCount)
        #expect(shed.allSatisfy { $0.code == "overloaded" && $0["retry-after"].flatMap { Int($0) } ?? 0 >= 1 })
        #expect(rig.metric("podo_auth_password_shed_total") == Double(shed.count))
        // The pair, the address and the account of each that was looked at.
        #expect(rig.signIns.limiterEntryCount == 3 * heardCount)
    }
}

/// Waits while it is told to.
final class BlockedPasswords: PasswordHashing, @unchecked Sendable {
    // SAFETY: `blocked` is touched under `condition` only.
    private let condition = NSCondition()
    private var blocked = false

    var isBlocked: Bool {
        get { self.condition.withLock { self.blocked } }
        set {
            self.condition.withLock {
                self.blocked = newValue
                self.condition.broadcast()
            }
        }
    }

    func hash(_ password: [UInt8]) throws -> String {
        self.wait()
        return try QuickPasswords().hash(password)
    }

    func isMatch(_ password: [UInt8], _ hash: String) throws -> Bool {
        self.wait()
        return try QuickPasswords().isMatch(password, hash)
    }

    private func wait() { self.condition.withLock { while self.blocked { self.condition.wait() } } }

    func isCurrent(_ hash: String) -> Bool { QuickPasswords().isCurrent(hash) }
}
