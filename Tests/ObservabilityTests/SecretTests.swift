import Observability
import Testing

struct SecretTests {
    private static let canary = "canary-4711-correct-horse"

    /// Holds a secret as configuration does.
    private struct Settings {
        var name = "database"
        var password = Secret(SecretTests.canary)
        var keys: [Secret<String>?] = [Secret(SecretTests.canary)]
        var byName = ["a": Secret(SecretTests.canary)]
    }

    /// Everything that turns a value into text.
    private static func renderings<Value>(of value: Value) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        var written = ""
        print(value, to: &written)
        debugPrint(value, terminator: "", to: &written)
        let children = Mirror(reflecting: value).children.map { "\($0)" }
        return ["\(value)", String(describing: value), String(reflecting: value), dumped, written] + children
    }

    @Test("No way of making text of a secret, alone or inside of something, shows it")
    func canary() {
        let texts =
            Self.renderings(of: Secret(Self.canary)) + Self.renderings(of: Settings())
            + Self.renderings(of: Optional(Secret(Self.canary)))
            + Self.renderings(of: [Secret(Array(Self.canary.utf8))])
            + Self.renderings(of: Result<Secret<String>, any Error>.success(Secret(Self.canary)))
        for text in texts { #expect(!text.contains(Self.canary) && !text.contains("99, 97, 110")) }
        #expect("\(Secret(Self.canary))" == "<redacted>")
        #expect(Secret(Self.canary).debugDescription == "<redacted>")
        #expect(Mirror(reflecting: Secret(Self.canary)).children.isEmpty)
    }

    @Test("A log line has the mark in place of the secret")
    func log() {
        let memory = LogMemory()
        let log = Log(level: .debug, memory: memory)
        let secret = Secret(Self.canary)
        log.info("event", ["password": .secret(secret), "settings": .text("\(Settings()) \(secret)")])
        #expect(memory.lines.count == 1)
        #expect(memory.lines[0].contains(#""password":"<redacted>""#))
        #expect(!memory.lines[0].contains(Self.canary))
    }

    @Test("The value comes out when it is asked for")
    func reveal() {
        #expect(Secret(Self.canary).reveal() == Self.canary)
        #expect(Secret(7).reveal() == 7)
    }

    @Test("A candidate matches when it is the same bytes")
    func matches() {
        let secret = Secret(Self.canary)
        #expect(secret.matches(Self.canary))
        for other in ["", String(Self.canary.dropLast()), Self.canary + " ", Self.canary.uppercased()] {
            #expect(!secret.matches(other))
        }
        #expect(!Secret("e\u{301}").matches("é"), "equal as text, different as bytes")
        #expect(Secret([1, 2] as [UInt8]).matches([1, 2]) && !Secret([1, 2] as [UInt8]).matches([1, 3]))
    }
}
