import Observability
import Testing

@testable import podo

@Suite("Stream keys") struct StreamKeyTests {
    private static let key = "0123456789abcdef"

    @Test("are names and keys with commas between")
    func good() throws {
        let kind = SettingKind<[StreamKey]>.streamKeys
        let long = String(repeating: "~", count: 256)
        let text = "main=\(Self.key),stage-2=a=b/\(Self.key)?c&d+e, x=\(long)"
        let keys = try kind.parse(text)
        #expect(keys.map(\.name) == ["main", "stage-2", "x"])
        #expect(keys.map { $0.key.reveal() } == [Self.key, "a=b/\(Self.key)?c&d+e", long])
        #expect(try kind.parse(kind.format(keys)).map(\.name) == keys.map(\.name))
        #expect(try kind.parse("").isEmpty)
    }

    @Test(
        "that are wrong are explained by position, and never quoted",
        arguments: [
            ("secretsecretsecret", "entry 1 is not of the form NAME=KEY"),
            ("main=\(key),=\(key)x", "entry 2 needs a name of 1 to 64 of the characters a to z, 0 to 9 and -"),
            ("Main=\(key)", "entry 1 needs a name of 1 to 64 of the characters a to z, 0 to 9 and -"),
            ("main=0123456789 abcdef", "entry 1 has a key with a space or a character that is not printable ASCII"),
            ("main=0123456789äbcdef", "entry 1 has a key with a space or a character that is not printable ASCII"),
            (
                "main=short",
                "entry 1 has a key of 5 characters; it needs 16 to 256, best from \"openssl rand -hex 16\""
            ),
            ("main=\(key),main=\(key)x", "entry 2 has the name of an entry before it"),
            ("main=\(key),side=\(key)", "entry 2 has the key of an entry before it"),
        ])
    func bad(_ text: String, _ reason: String) {
        let expected = ConfigurationErrors(problems: ["environment PODO_STREAM_KEYS: \(reason)"])
        #expect(throws: expected) {
            try ConfigurationLoader.load(file: nil, environment: ["PODO_STREAM_KEYS": text], flags: [])
        }
    }

    @Test("are hidden where settings are shown")
    func hidden() throws {
        let loaded = try ConfigurationLoader.load(
            file: nil, environment: ["PODO_STREAM_KEYS": "main=\(Self.key)"], flags: [])
        #expect(!ConfigurationPrinter.text(loaded).contains(Self.key))
        #expect(ConfigurationPrinter.text(loaded).contains("# stream-keys is set, and hidden"))
        #expect(!"\(loaded.configuration)".contains(Self.key))
    }

    @Test("rates have a unit", arguments: [("800kbit", 800_000), ("20Mbit", 20_000_000), ("20", nil), ("20mbit", nil)])
    func rates(_ text: String, _ value: Int?) {
        // What is wrong with a rate is tested with the other quantities.
        #expect((try? SettingKind<Int>.bitRate(1...1_000_000_000).parse(text)) == value)
    }
}
