import Auth
import Crypto
import HTTPServer
import Primitives
import Testing

@Suite("The gate, attacked")
struct GateAttackTests {
    /// What is tried, with what is told: an alteration of a good token, or a token of one's own.
    private static let attacks: [(name: String, refusal: PlaybackRefusal, make: @Sendable (GateScript) -> [UInt8])] = [
        ("empty", .tokenInvalid, { _ in [] }),
        ("truncated", .tokenInvalid, { Array($0.token().dropLast()) }),
        ("half", .tokenInvalid, { Array($0.token().prefix(32)) }),
        ("lengthened", .tokenInvalid, { $0.token() + [65] }),
        ("twice", .tokenInvalid, { $0.token() + $0.token() }),
        ("padded", .tokenInvalid, { $0.token().dropLast() + [UInt8(ascii: "=")] }),
        ("zeros", .tokenInvalid, { _ in [UInt8](repeating: UInt8(ascii: "A"), count: 64) }),
        ("noughts", .tokenInvalid, { _ in [UInt8](repeating: 0, count: 64) }),
        (
            "re-encoded as standard base64", .tokenInvalid,
            { script in
                var bytes = script.token()
                bytes[40] = UInt8(ascii: "+")
                return bytes
            }
        ),
        ("percent-encoded", .tokenInvalid, { Array("%41".utf8) + $0.token().dropFirst(3) }),
        ("a path in it", .tokenInvalid, { Array("../".utf8) + $0.token().dropFirst(3) }),
        ("a stream's name", .tokenInvalid, { _ in Array("schedule-7".utf8) }),
        ("forged", .tokenInvalid, { $0.token(root: .random()) }),
        ("of another performance", .tokenInvalid, { Self.swap($0.token(), $0.token(schedule: 8), 10..<18) }),
        ("of another ticket", .tokenInvalid, { Self.swap($0.token(), $0.token(ticket: 6), 2..<10) }),
        ("of another session", .tokenInvalid, { Self.swap($0.token(), $0.token(number: 2), 18..<26) }),
        (
            "prolonged", .tokenInvalid,
            { script in
                Self.swap(script.token(expiresAt: script.wall - 60), script.token(), 26..<32)
            }
        ),
        ("of an unknown key", .tokenInvalid, { Self.set($0.token(), 1, 77) }),
        ("of another version", .tokenInvalid, { Self.set($0.token(), 0, 2) }),
        ("expired", .tokenExpired, { $0.token(expiresAt: $0.wall - 31) }),
        ("expired long ago", .tokenExpired, { $0.token(expiresAt: 0) }),
        ("revoked", .ticketRevoked, { $0.token(ticket: 50) }),
        ("revoked and expired", .ticketRevoked, { $0.token(ticket: 50, expiresAt: 1) }),
        ("replaced", .sessionReplaced, { $0.token(ticket: 51, number: 1) }),
        ("a preview of somebody who signed out", .ticketRevoked, { $0.token(ticket: 0, number: 9) }),
    ]

    private static func swap(_ text: [UInt8], _ other: [UInt8], _ range: Range<Int>) -> [UInt8] {
        guard var bytes = Base64URL.decode(text), let others = Base64URL.decode(other) else { return [] }
        bytes.replaceSubrange(range, with: others[range])
        return Base64URL.encode(bytes)
    }

    private static func set(_ text: [UInt8], _ index: Int, _ value: UInt8) -> [UInt8] {
        guard var bytes = Base64URL.decode(text) else { return [] }
        bytes[index] = value
        return Base64URL.encode(bytes)
    }

    private static func script() -> GateScript {
        let script = GateScript()
        _ = script.tell(holder: 50, last: 1, revokedThrough: 1)
        _ = script.tell(holder: 51, last: 2, live: [GateScript.session(2)])
        _ = script.tell(holder: -9, last: 9, revokedThrough: 9)
        return script
    }

    @Test("gives nothing to any attack, and the right code to each, again and again", arguments: attacks.indices)
    func attack(index: Int) {
        let script = Self.script()
        let (name, refusal, make) = Self.attacks[index]
        let pass = make(script)
        #expect(script.ask(pass) == .refused(refusal), "\(name)")
        // A good one between, which must not help.
        #expect(script.ask(script.token()) == .admitted(stream: GateScript.stream))
        for demand in [
            PlaybackDemand.playlist, .media(.seconds(2)), .checked(.seconds(2)), .fetched(.seconds(2)), .other, .again,
        ] {
            #expect(script.ask(pass, demand) == .refused(refusal), "\(name)")
        }
    }

    @Test("answers 403 with a code, and 503 where trying again may help, and never 401 or 429")
    func problems() {
        for refusal in PlaybackRefusal.allCases {
            let problem = refusal.problem
            #expect(problem.code.description == refusal.word.description)
            let isLater = [.tooFast, .gateClosed].contains(refusal)
            #expect(problem.status.code == (isLater ? 503 : 403))
        }
    }
}
