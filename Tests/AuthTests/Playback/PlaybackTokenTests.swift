import Auth
import Crypto
import Primitives
import Testing

@Suite("Playback tokens")
struct PlaybackTokenTests {
    private let root = RootSecret.random()
    private let session = PlaybackSessionID(number: 3, random: 0x7fff_ffff)

    private func sign(ticket: Int64 = 5, schedule: Int64 = .max, expiresAt: Int64 = 1_780_308_000) -> [UInt8] {
        PlaybackSigner(root: self.root, leadTime: .seconds(30)).sign(
            ticket: ticket, schedule: schedule, session: self.session, expiresAt: expiresAt, now: .now
        ).bytes
    }

    private func read(_ text: [UInt8], _ root: RootSecret? = nil) throws -> PlaybackKeys.Reading {
        PlaybackKeys(root: root ?? self.root).read(try #require(PlaybackTokenText(text[...])))
    }

    @Test("say what they were made of, to the edges of every field")
    func roundTrip() throws {
        for (ticket, schedule, end) in [
            (5, Int64.max, 1_780_308_000), (Int64.max, 0, PlaybackToken.expiresAtMax), (0, 1, 0),
        ] {
            let text = self.sign(ticket: ticket, schedule: schedule, expiresAt: Int64(end))
            #expect(text.count == 64)
            let reading = try self.read(text)
            #expect(reading.isRight && reading.isRecent)
            #expect(
                reading.token
                    == PlaybackToken(
                        keyID: 1, ticket: ticket, schedule: schedule, session: self.session, expiresAt: Int64(end)))
        }
    }

    @Test("are base64url of 48 bytes, as others read it too")
    func spelling() throws {
        let text = self.sign()
        let bytes = try #require(Base64URL.decode(text))
        #expect(bytes.count == 48)
        #expect(Base64URL.encode(bytes) == text)
        #expect(Array(bytes[0..<10]) == [1, 1, 0, 0, 0, 0, 0, 0, 0, 5])
        #expect(Array(bytes[18..<26]) == [0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 3])
    }

    @Test("have a code over everything in them: every single bit counts")
    func everyBit() throws {
        let bytes = try #require(Base64URL.decode(self.sign()))
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try !self.read(Base64URL.encode(changed)).isRight, "bit \(bit)")
        }
    }

    @Test("have one spelling: no other character in any place is taken")
    func everyCharacter() throws {
        let text = self.sign()
        for place in [0, 1, 23, 24, 42, 63] {
            for character in UInt8.min...UInt8.max where character != text[place] {
                var changed = text
                changed[place] = character
                #expect(try !self.read(changed).isRight, "character \(character) in \(place)")
            }
        }
    }

    @Test("of another installation, or another purpose, are nothing here")
    func otherKeys() throws {
        #expect(try !self.read(self.sign(), .random()).isRight)
        let bytes = try #require(Base64URL.decode(self.sign()))
        for purpose in KeyPurpose.allCases where purpose != .playback {
            let key = self.root.key(for: purpose, in: self.root.current)
            let code = HMACSHA256.code(of: Array(bytes[0..<32]), key: key)
            #expect(try !self.read(Base64URL.encode(bytes[0..<32] + code[0..<16])).isRight)
        }
    }

    @Test("are believed under every key that there still is, and under none that has gone")
    func generations() throws {
        let text = self.sign()
        let second = try #require(self.root.rotated())
        let third = try #require(second.rotated())
        #expect(try self.read(text, second).isRecent)
        #expect(try self.read(text, third).isRight && !self.read(text, third).isRecent)
        let lines = third.text().split(separator: UInt8(ascii: "\n"))
        let withoutFirst = try RootSecret(parsing: Array(lines[0...1].joined(separator: [UInt8(ascii: "\n")])))
        #expect(try !self.read(text, withoutFirst).isRight)
    }

    @Test("are signed by a new key only when all have had the time to read it")
    func leadTime() throws {
        var signer = PlaybackSigner(root: self.root, leadTime: .seconds(30))
        let start = MonotonicTime(nanoseconds: 1)
        let second = try #require(self.root.rotated())
        let third = try #require(second.rotated())
        func keyID(at time: MonotonicTime) throws -> UInt8 {
            let text = signer.sign(ticket: 1, schedule: 1, session: self.session, expiresAt: 9, now: time)
            let reading = PlaybackKeys(root: third).read(text)
            #expect(reading.isRight)
            return reading.token.keyID
        }
        #expect(try keyID(at: start) == 1)
        signer.replaceKeys(second, now: start)
        #expect(try keyID(at: start + .seconds(29)) == 1)
        signer.replaceKeys(third, now: start + .seconds(20))
        #expect(try keyID(at: start + .seconds(30)) == 2)
        #expect(try keyID(at: start + .seconds(49)) == 2)
        #expect(try keyID(at: start + .seconds(50)) == 3)
    }

    @Test("name their session by sixteen digits, which nothing else reads as")
    func sessionText() {
        #expect(self.session.text == "7fffffff00000003")
        #expect(PlaybackSessionID(Array(self.session.text.utf8)) == self.session)
        for text in ["", "7fffffff0000000", "7fffffff000000033", "7FFFFFFF00000003", "7fffffff0000000g"] {
            #expect(PlaybackSessionID(Array(text.utf8)) == nil)
        }
        #expect(PlaybackSessionID(databaseValue: self.session.databaseValue) == self.session)
    }
}
