import Crypto
import TestSupport
import Testing

@Suite("The root secret")
struct RootSecretTests {
    static let digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    static let others = "f0e0d0c0b0a09080706050403020100f0e0d0c0b0a09080706050403020100ff"

    static func bytes(_ key: SecretBytes) -> [UInt8] { key.withUnsafeBytes { Array($0) } }

    @Test("Every purpose has a key of its own in every generation, the same at each start")
    func keys() throws {
        let text = Array("2 \(Self.others)\n1 \(Self.digits)\n".utf8)
        let secret = try RootSecret(parsing: text)
        let again = try RootSecret(parsing: text)
        #expect(secret.generations.map(\.number) == [2, 1])
        #expect(secret.current.number == 2)
        var seen: Set<[UInt8]> = []
        for generation in secret.generations {
            for purpose in KeyPurpose.allCases {
                let key = Self.bytes(secret.key(for: purpose, in: generation))
                #expect(key.count == 32)
                #expect(seen.insert(key).inserted)
                let same = try #require(again.generation(generation.number))
                #expect(Self.bytes(again.key(for: purpose, in: same)) == key)
            }
        }
        #expect(secret.generation(3) == nil)
    }

    /// What was signed and sealed must stay readable: a change here makes every installation forget its keys.
    @Test("Keys are derived as they always were")
    func derivation() throws {
        let secret = try RootSecret(parsing: Array("1 \(Self.digits)".utf8))
        let key = Self.bytes(secret.key(for: .accessToken, in: secret.current))
        #expect(Hex.text(key) == "a6c20b9ed23f74f9135c66cc798fc3879edb098404860c8ec4b0d35d2002efd6")
    }

    @Test("A new one can be written, read again and rotated")
    func rotation() throws {
        let first = RootSecret.random()
        #expect(first.text() != RootSecret.random().text())
        let second = try #require(first.rotated())
        #expect(second.generations.map(\.number) == [2, 1])
        let read = try RootSecret(parsing: second.text())
        #expect(read.text() == second.text())
        #expect(
            Self.bytes(read.key(for: .accessToken, in: try #require(read.generation(1))))
                == Self.bytes(first.key(for: .accessToken, in: first.current)))
        var last = first
        for _ in 1..<RootSecret.generationCountMax { last = try #require(last.rotated()) }
        #expect(last.text().count <= RootSecret.textByteCountMax)
        #expect(last.rotated() == nil)
        #expect(try RootSecret(parsing: last.text()).generations.count == RootSecret.generationCountMax)
        #expect(try RootSecret(parsing: Array("255 \(Self.digits)".utf8)).rotated() == nil)
    }

    @Test(
        "A text that is not right is refused with its reason",
        arguments: [
            ("", .empty), ("\n", .malformed(line: 1)), (digits, .malformed(line: 1)), ("1", .malformed(line: 1)),
            ("0 \(digits)", .malformed(line: 1)), ("01 \(digits)", .malformed(line: 1)),
            ("256 \(digits)", .malformed(line: 1)), ("-1 \(digits)", .malformed(line: 1)),
            ("1  \(digits)", .malformed(line: 1)), (" 1 \(digits)", .malformed(line: 1)),
            ("1 \(digits) ", .malformed(line: 1)), ("1 \(digits)\r\n", .malformed(line: 1)),
            ("1 \(digits)00", .malformed(line: 1)), ("1 \(digits.uppercased())", .malformed(line: 1)),
            ("1 \(digits.dropLast())", .tooShort(line: 1)), ("1 password", .tooShort(line: 1)),
            ("1 \(String(repeating: "0", count: 64))", .guessable(line: 1)),
            ("1 \(String(repeating: "0123456789abcd", count: 4))01234567", .guessable(line: 1)),
            ("1 \(digits)\n\n", .malformed(line: 2)), ("1 \(digits)\n1 \(others)", .numberTwice(line: 2)),
            (String(repeating: "1 \(digits)\n", count: 17), .tooManyLines),
            (String(repeating: "x", count: 2049), .tooLong),
        ] as [(String, RootSecretError)])
    func refused(text: String, error: RootSecretError) {
        #expect(throws: error) { try RootSecret(parsing: Array(text.utf8)) }
        #expect(!error.description.contains(Self.digits.prefix(8)))
    }
}
