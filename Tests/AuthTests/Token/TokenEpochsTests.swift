import Auth
import Testing

@Suite("Token epochs")
struct TokenEpochsTests {
    static func token(_ memberID: Int64, epoch: Int32, issuedAt: Int = 1000) -> AccessToken {
        AccessToken(
            memberID: memberID, role: .user, epoch: epoch, session: [], issuedAt: issuedAt, expiresAt: issuedAt + 900)
    }

    @Test("Tokens from before a raise are refused, of this member alone")
    func raise() {
        let epochs = TokenEpochs()
        #expect(!epochs.refuses(Self.token(1, epoch: 0)))
        epochs.raise(1, to: 5, now: 1000)
        #expect(epochs.refuses(Self.token(1, epoch: 4)))
        #expect(!epochs.refuses(Self.token(1, epoch: 5)))
        #expect(!epochs.refuses(Self.token(1, epoch: 6)))
        #expect(!epochs.refuses(Self.token(2, epoch: 0)))
    }

    @Test("A raise that comes twice or late changes nothing")
    func order() {
        let epochs = TokenEpochs()
        epochs.raise(1, to: 5, now: 1000)
        epochs.raise(1, to: 3, now: 1001)
        epochs.raise(1, to: 5, now: 1002)
        #expect(epochs.refuses(Self.token(1, epoch: 4)))
        #expect(epochs.count == 1)
    }

    @Test("A full table forgets what no token needs any more")
    func forgets() {
        var limits = TokenLimits()
        limits.raisedEpochCountMax = 100
        let epochs = TokenEpochs(limits: limits)
        for member in 0..<100 { epochs.raise(Int64(member), to: 1, now: 1000) }
        epochs.raise(100, to: 1, now: 1000 + 900 + 61)
        #expect(epochs.count == 1)
        #expect(!epochs.refuses(Self.token(7, epoch: 1, issuedAt: 900)))
        #expect(epochs.refuses(Self.token(100, epoch: 0, issuedAt: 1900)))
    }

    @Test("A table that is full of what is needed refuses more tokens, never fewer")
    func overflow() {
        var limits = TokenLimits()
        limits.raisedEpochCountMax = 100
        let epochs = TokenEpochs(limits: limits)
        for member in 0..<1000 {
            epochs.raise(Int64(member), to: 1, now: 1000 + member / 10)
            #expect(epochs.count <= 100)
        }
        for member in 0..<1000 {
            #expect(epochs.refuses(Self.token(Int64(member), epoch: 0, issuedAt: 1000 + member / 10)))
        }
        #expect(epochs.refuses(Self.token(5000, epoch: 0, issuedAt: 1000)))
        #expect(!epochs.refuses(Self.token(5000, epoch: 0, issuedAt: 1100)), "whoever signs in again is let in")
        #expect(!epochs.refuses(Self.token(3, epoch: 1, issuedAt: 1100)))
    }
}
