import Crypto
import Observability
import Primitives
import Reactor
import Synchronization
import TestSupport
import Testing

@testable import Auth

@Suite("The token service")
struct TokenServiceTests {
    final class Clock: Sendable {
        let seconds = Atomic(1_800_000_000)

        var now: WallClock { WallClock(unixMilliseconds: Int64(self.seconds.load(ordering: .relaxed)) * 1000) }

        var monotonic: MonotonicTime {
            MonotonicTime(nanoseconds: 0) + .seconds(Int64(self.seconds.load(ordering: .relaxed)))
        }
    }

    let clock = Clock()
    let registry = MetricsRegistry(loopCount: 1)

    func service(_ tokens: AccessTokens, verifiedCountMax: Int = 64) -> TokenService {
        var limits = TokenLimits()
        limits.verifiedCountMax = verifiedCountMax
        return TokenService(
            tokens: tokens, epochs: TokenEpochs(limits: limits), limits: limits, registry: self.registry,
            clock: { [clock] in clock.now }, monotonicClock: { [clock] in clock.monotonic })
    }

    func count(_ outcome: String) -> Int {
        let text = String(decoding: self.registry.prometheusText(), as: UTF8.self)
        let line = text.split(separator: "\n").first {
            $0.hasPrefix("podo_auth_tokens_total{outcome=\"\(outcome)\"}")
        }
        return line.flatMap { Int($0.split(separator: " ").last ?? "") } ?? -1
    }

    @Test("A token that was issued here is known at once; one of another node is checked once")
    func remembers() throws {
        let tokens = AccessTokensTests.tokens("1")
        let service = self.service(tokens)
        let issued = service.issue(
            memberID: 7, role: .seller, epoch: 2, session: AccessTokensTests.session)
        #expect(issued.expiresInSeconds == 900)
        let text = Array(issued.accessToken.utf8)
        for _ in 0..<3 { #expect(try service.verify(text[...]).memberID == 7) }
        #expect(self.count("remembered") == 3)
        let foreign = tokens.text(8)
        for _ in 0..<3 { #expect(try service.verify(foreign[...]).memberID == 8) }
        #expect(self.count("remembered") == 5)
        #expect(self.count("verified") == 1)
    }

    @Test("What is remembered still expires and is still revoked")
    func stillChecked() throws {
        let service = self.service(AccessTokensTests.tokens("1"))
        let text = service.text(7, epoch: 2)
        #expect(try service.verify(text[...]).epoch == 2)
        service.epochs.raise(7, to: 3, now: self.clock.now.unixSeconds)
        #expect(throws: TokenFailure.revoked) { try service.verify(text[...]) }
        let again = service.text(7, epoch: 3)
        #expect(try service.verify(again[...]).epoch == 3)
        self.clock.seconds.add(900, ordering: .relaxed)
        #expect(throws: TokenFailure.expired) { try service.verify(again[...]) }
        #expect(self.count("revoked") == 1 && self.count("expired") == 1)
    }

    @Test("A key that goes out of use takes what was remembered with it")
    func replaced() throws {
        let service = self.service(AccessTokensTests.tokens("1"))
        let text = service.text(7, epoch: 2)
        service.replaceKeys(AccessTokensTests.tokens("2", "1"))
        #expect(try service.verify(text[...]).memberID == 7)
        service.replaceKeys(AccessTokensTests.tokens("3", "2"))
        #expect(throws: TokenFailure.unknownHeader) { try service.verify(text[...]) }
    }

    @Test("Rubbish is not remembered, and a full table gives wrong answers to nobody")
    func full() throws {
        let tokens = AccessTokensTests.tokens("1")
        let service = self.service(tokens, verifiedCountMax: 32)
        let texts = (1...200).map { tokens.text(Int64($0)) }
        for _ in 0..<2 {
            for (index, text) in texts.enumerated() {
                #expect(try service.verify(text[...]).memberID == Int64(index + 1))
                var forged = text
                forged[forged.count - 3] ^= 1
                #expect(throws: TokenFailure.self) { try service.verify(forged[...]) }
            }
        }
        #expect(self.count("verified") > 300)
    }

    @Test("A network that forges is refused unseen for a while, and what is remembered still passes from there")
    func forging() throws {
        let tokens = AccessTokensTests.tokens("1")
        let service = self.service(tokens)
        let (forger, other) = (SocketAddress.Host.v4(1), SocketAddress.Host.v4(1 << 31))
        let remembered = service.text(7)
        let foreign = tokens.text(8)
        let forged = AccessTokens(keys: [("1", .random())], issuer: "https://podo.example").text(8)
        for _ in 0..<TokenLimits().forgeryCountMax {
            #expect(throws: TokenFailure.signature) { try service.verify(forged[...], from: forger) }
        }
        #expect(throws: TokenFailure.unseen) { try service.verify(forged[...], from: forger) }
        #expect(throws: TokenFailure.unseen) { try service.verify(foreign[...], from: forger) }
        #expect(try service.verify(remembered[...], from: forger).memberID == 7)
        #expect(throws: TokenFailure.signature) { try service.verify(forged[...], from: other) }
        #expect(try service.verify(foreign[...], from: other).memberID == 8)
        #expect(try service.verify(foreign[...], from: forger).memberID == 8, "it is remembered now")
        self.clock.seconds.add(11, ordering: .relaxed)
        #expect(throws: TokenFailure.signature) { try service.verify(forged[...], from: forger) }
    }

    @Test("What is not a wrong signature costs nothing and does not count as forging")
    func cheapFailures() throws {
        let tokens = AccessTokensTests.tokens("1")
        let service = self.service(tokens)
        for _ in 0..<1000 {
            #expect(throws: TokenFailure.malformed) { try service.verify([1, 2, 3], from: .v4(1)) }
        }
        let foreign = tokens.text(8)
        #expect(try service.verify(foreign[...], from: .v4(1)).memberID == 8)
    }

    @Test("Of tokens that share a place, the one that expires later stays")
    func eviction() {
        let table = VerifiedTokens(countMax: 32)
        let digests = (0..<200).map { SHA256.digest([UInt8($0)].span) }
        for (index, digest) in digests.enumerated() {
            table.insert(TokenEpochsTests.token(Int64(index), epoch: 0, issuedAt: index), digest)
            #expect(table.token(digest)?.memberID == Int64(index), "what is new and lives longest is there")
        }
        let kept = digests.enumerated().filter { table.token($0.element) != nil }
        #expect(kept.count <= 32)
        #expect(kept.allSatisfy { table.token($0.element)?.memberID == Int64($0.offset) })
        table.removeAll()
        #expect(digests.allSatisfy { table.token($0) == nil })
    }

    @Test("Keys are replaced under load without one token being refused")
    func rotationUnderLoad() async {
        let service = self.service(AccessTokensTests.tokens("1"))
        let failureCount = await withTaskGroup(of: Int.self) { group in
            for member in 1...4 {
                group.addTask {
                    (0..<200).count { _ in
                        let text = service.text(Int64(member))
                        return TokenVectors.outcome { try service.verify(text[...]) } != "accepted"
                    }
                }
            }
            group.addTask {
                service.replaceKeys(AccessTokensTests.tokens("2", "1"))
                return 0
            }
            return await group.reduce(0, +)
        }
        #expect(failureCount == 0)
    }
}
