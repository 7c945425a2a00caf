import TestSupport
import Testing

@testable import Crypto

@Suite("Argon2id")
struct Argon2idTests {
    /// The least work, for tests that are not about it.
    static let cheap = Argon2Parameters(memoryKibibytes: 8, passCount: 1, laneCount: 1)

    @Test("gives the tag of RFC 9106, section 5.3")
    func rfc() throws {
        let tag = try Argon2id.tag(
            of: [UInt8](repeating: 1, count: 32), salt: [UInt8](repeating: 2, count: 16),
            secret: [UInt8](repeating: 3, count: 8), associatedData: [UInt8](repeating: 4, count: 12), byteCount: 32,
            parameters: Argon2Parameters(memoryKibibytes: 32, passCount: 3, laneCount: 4))
        #expect(Hex.text(tag) == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659")
    }

    @Test("knows the password of a hash that another program has written")
    func foreign() throws {
        let text = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
        let hash = try #require(PasswordHash(text))
        #expect(hash.text == text)
        #expect(try Argon2id.isPassword(Array("password".utf8), of: hash))
        #expect(try !Argon2id.isPassword(Array("Password".utf8), of: hash))
        #expect(hash.needsRehash())
    }

    @Test("A password is known again by what was stored, and no other is", arguments: ["", "p", "비밀번호 🍇"])
    func roundTrip(password: String) throws {
        let hash = try Argon2id.hash(Array(password.utf8), parameters: Self.cheap)
        let stored = try #require(PasswordHash(hash.text))
        #expect(stored == hash)
        #expect(try Argon2id.isPassword(Array(password.utf8), of: stored))
        #expect(try !Argon2id.isPassword(Array((password + " ").utf8), of: stored))
        let tooLong = [UInt8](repeating: 0x61, count: Argon2id.passwordByteCountMax + 1)
        #expect(try !Argon2id.isPassword(tooLong, of: stored))
        #expect(try Argon2id.hash(Array(password.utf8), parameters: Self.cheap) != hash, "the salt is new each time")
    }

    @Test("The standard cost is OWASP's, and a hash of another one wants to be made anew")
    func cost() throws {
        let hash = try Argon2id.hash(Array("password".utf8))
        #expect(hash.text.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(hash.text.utf8.count <= PasswordHash.textByteCountMax)
        #expect(!hash.needsRehash())
        #expect(hash.needsRehash(for: Argon2Parameters(memoryKibibytes: 19_457, passCount: 2, laneCount: 1)))
        let short = PasswordHash(parameters: .standard, salt: [UInt8](repeating: 1, count: 8), tag: hash.tag)
        #expect(short.needsRehash())
    }

    static let salt = "c29tZXNhbHQ"
    static let tag = "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

    @Test("The largest cost that is taken is taken")
    func largest() throws {
        let hash = try #require(PasswordHash("$argon2id$v=19$m=65536,t=8,p=4$\(Self.salt)$\(Self.tag)"))
        #expect(hash.parameters == Argon2Parameters(memoryKibibytes: 65_536, passCount: 8, laneCount: 4))
    }

    @Test(
        "A text that is not the one spelling of a hash, or that costs too much, is refused",
        arguments: [
            "", "$", "$$$$$", "password", "$argon2id$v=19$m=64,t=1,p=1$\(salt)",
            "argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)", " $argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)$", "$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)\n",
            "$argon2i$v=19$m=64,t=1,p=1$\(salt)$\(tag)", "$argon2d$v=19$m=64,t=1,p=1$\(salt)$\(tag)",
            "$Argon2id$v=19$m=64,t=1,p=1$\(salt)$\(tag)", "$argon2id$v=16$m=64,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$m=64,t=1,p=1$\(salt)$\(tag)", "$argon2id$v=19$t=1,m=64,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=64,t=1,p=1,keyid=a$\(salt)$\(tag)", "$argon2id$v=19$m=64,t=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=064,t=1,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=+64,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=,t=1,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=64,t=0,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=64,t=1,p=0$\(salt)$\(tag)", "$argon2id$v=19$m=7,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=31,t=1,p=4$\(salt)$\(tag)", "$argon2id$v=19$m=65537,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=4294967295,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=99999999999999999999,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=64,t=9,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=64,t=1,p=5$\(salt)$\(tag)",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)=$\(tag)", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHR$\(tag)",
            "$argon2id$v=19$m=64,t=1,p=1$c29tZXN$\(tag)", "$argon2id$v=19$m=64,t=1,p=1$$\(tag)",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$", "$argon2id$v=19$m=64,t=1,p=1$\(salt)$c29tZXNhbHQ",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPd",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$" + String(repeating: "A", count: 4096),
        ])
    func refused(text: String) {
        #expect(PasswordHash(text) == nil)
    }

    @Test("A hash shows itself to nobody")
    func redacted() throws {
        let hash = try Argon2id.hash([], parameters: Self.cheap)
        var dumped = ""
        dump(hash, to: &dumped)
        for text in ["\(hash)", String(reflecting: hash), dumped] { #expect(!text.contains("argon2id$")) }
    }
}
