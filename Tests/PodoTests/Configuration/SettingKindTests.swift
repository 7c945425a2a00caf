import Observability
import Primitives
import Reactor
import Testing

@testable import podo

@Suite struct SettingKindTests {
    static func parse<Value>(_ kind: SettingKind<Value>, _ text: String) -> Value? { try? kind.parse(text) }

    @Test(
        "times need a unit and stay in range",
        arguments: [
            ("0s", 0), ("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("1h", 3_600_000), ("1000ms", 1000),
            ("30", nil), ("", nil), ("s", nil), ("-1s", nil), ("1.5s", nil), ("1 s", nil), ("1S", nil), ("1d", nil),
            ("3601s", nil), ("9223372036854775807h", nil), ("99999999999999999999s", nil), ("٣s", nil),
        ] as [(String, Int64?)])
    func durations(_ text: String, _ milliseconds: Int64?) {
        let time = Self.parse(.duration(.seconds(0)...(.seconds(3600))), text)
        #expect(time == milliseconds.map(TimeAmount.milliseconds))
    }

    @Test(
        "sizes need a unit and stay in range",
        arguments: [
            ("1B", 1), ("512B", 512), ("64KiB", 65_536), ("4MiB", 4 << 20), ("1GiB", 1 << 30), ("0B", nil), ("4", nil),
            ("4MB", nil), ("4mib", nil), ("MiB", nil), ("-4MiB", nil), ("2GiB", nil),
            ("9223372036854775807GiB", nil),
        ] as [(String, Int?)])
    func sizes(_ text: String, _ byteCount: Int?) {
        #expect(Self.parse(.byteSize(1...1 << 30), text) == byteCount)
    }

    @Test(
        "whole numbers stay in range",
        arguments: [
            ("1", 1), ("9", 9), ("0", nil), ("10", nil), ("", nil), ("1.0", nil), ("+1", nil), ("-1", nil),
            ("0x1", nil),
        ] as [(String, Int?)])
    func integers(_ text: String, _ number: Int?) {
        #expect(Self.parse(.integer(1...9), text) == number)
    }

    @Test(
        "percentages have a sign, and two places at most",
        arguments: [
            ("5%", 500), ("0%", 0), ("2.75%", 275), ("2.5%", 250), ("2.05%", 205), ("100%", 10_000),
            ("100.00%", 10_000), ("100.01%", nil), ("101%", nil), ("5", nil), ("%", nil), ("5.%", nil), (".5%", nil),
            ("1.234%", nil), ("-1%", nil), ("5 %", nil), ("1.2.3%", nil), ("99999999999999999999%", nil),
        ] as [(String, Int?)])
    func percentages(_ text: String, _ points: Int?) {
        #expect(Self.parse(.percentage, text) == points)
        guard let points else { return }
        #expect(Self.parse(.percentage, SettingKind<Int>.percentage.format(points)) == points)
    }

    @Test(
        "time zones are names",
        arguments: [("Asia/Seoul", true), ("Etc/GMT+9", true), ("", false), ("a b", false), ("'", false)])
    func timeZones(_ text: String, _ isName: Bool) {
        #expect((Self.parse(.timeZone, text) != nil) == isName)
    }

    @Test(
        "ranges of addresses are what they are written as",
        arguments: [
            ("", ""), ("127.0.0.1", "127.0.0.1"), ("10.0.0.0/8, ::1", "10.0.0.0/8,::1"), ("10.1.2.3/8", "10.0.0.0/8"),
            ("10.0.0.0/33", nil), ("localhost", nil), ("127.0.0.1,", nil), ("127.0.0.1:80", nil),
        ] as [(String, String?)])
    func ranges(_ text: String, _ written: String?) {
        #expect(Self.parse(.addressRanges, text).map(SettingKind<[AddressRange]>.addressRanges.format) == written)
    }

    @Test("TLS that ends before Podo needs a proxy's name")
    func unnamedProxy() {
        var configuration = Configuration()
        #expect(!configuration.isBehindUnnamedProxy(endsTLS: false))
        configuration.publicURL = "https://tickets.example"
        #expect(configuration.isBehindUnnamedProxy(endsTLS: false))
        #expect(!configuration.isBehindUnnamedProxy(endsTLS: true))
        configuration.trustedProxies = [AddressRange("127.0.0.1")].compactMap { $0 }
        #expect(!configuration.isBehindUnnamedProxy(endsTLS: false))
    }

    @Test(
        "addresses have a port; names are not looked up",
        arguments: [
            ("127.0.0.1:8080", ["127.0.0.1:8080"]), ("*:80", ["0.0.0.0:80"]), ("[::1]:443", ["[::1]:443"]),
            ("127.0.0.1:1, [::]:2", ["127.0.0.1:1", "[::]:2"]), ("127.0.0.1:0", ["127.0.0.1:0"]), ("", []),
            ("127.0.0.1", nil), ("localhost:80", nil), (":80", nil), ("127.0.0.1:65536", nil), ("127.0.0.1:-1", nil),
            ("::1:80", nil), ("127.0.0.1:1,", nil), ("127.0.0.1:1,127.0.0.1:1", nil),
        ] as [(String, [String]?)])
    func addresses(_ text: String, _ expected: [String]?) {
        #expect(Self.parse(.addresses(atLeastOne: false), text)?.map(\.description) == expected)
    }

    @Test("a list that needs an address refuses an empty text")
    func neededAddress() {
        #expect(Self.parse(.addresses(atLeastOne: true), "") == nil)
    }

    @Test(
        "a public address is scheme and host",
        arguments: [
            ("https://podo.example", "https://podo.example"), ("HTTP://Podo.Example:8080", "http://podo.example:8080"),
            ("https://[::1]:8443", "https://[::1]:8443"), ("podo.example", nil), ("ftp://podo.example", nil),
            ("https://", nil), ("https://podo.example/", nil), ("https://a b", nil), ("https://user@host", nil),
        ] as [(String, String?)])
    func origins(_ text: String, _ expected: String?) {
        #expect(Self.parse(.origin, text) == expected)
    }

    @Test(
        "booleans are true or false",
        arguments: [("true", true), ("false", false), ("yes", nil), ("1", nil), ("", nil), ("TRUE", nil)]
            as [(String, Bool?)])
    func booleans(_ text: String, _ expected: Bool?) {
        #expect(Self.parse(.boolean, text) == expected)
    }

    @Test("host names are lists without ports")
    func hostNames() {
        #expect(Self.parse(.hostNames, "Podo.internal, metrics") == ["podo.internal", "metrics"])
        #expect(Self.parse(.hostNames, "podo:9090") == nil)
        #expect(Self.parse(.hostNames, "") == [])
    }

    @Test("log levels by name")
    func logLevels() {
        #expect(Self.parse(.logLevel, "warning") == .warning)
        #expect(Self.parse(.logLevel, "loud") == nil)
    }

    @Test("an optional path may be empty, a path may not")
    func paths() {
        #expect(Self.parse(.path, "") == nil)
        #expect(Self.parse(.path, "a b") == "a b")
        #expect(Self.parse(.optional(.path), "") == .some(nil))
    }

    @Test(
        "quantities are written in the largest whole unit",
        arguments: [(0, "0s"), (1, "1ms"), (1500, "1500ms"), (60_000, "1m"), (90_000, "90s"), (7_200_000, "2h")])
    func formats(_ milliseconds: Int64, _ text: String) {
        let kind = SettingKind<TimeAmount>.duration(.seconds(0)...(.seconds(3600)))
        #expect(kind.format(.milliseconds(milliseconds)) == text)
    }
}
