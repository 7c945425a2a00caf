import Foundation
import Primitives
import Testing

@testable import Observability

struct LogLineTests {
    private static func line(_ value: LogValue, limits: LogLimits = LogLimits()) -> [UInt8] {
        LogLine(.info, "event", ["x": value], at: WallClock(unixMilliseconds: 0), limits: limits).bytes
    }

    /// The field `x` as a JSON parser sees it; the line must be one line of printable text.
    private static func parsed(_ value: LogValue, limits: LogLimits = LogLimits()) throws -> Any {
        let bytes = self.line(value, limits: limits)
        #expect(bytes.last == 0x0A && bytes.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        let object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        return try #require(object?["x"])
    }

    @Test(
        "No text can end a value, a line or a terminal's sanity",
        arguments: [
            "", "plain", "quote \" and \\ backslash", "\"}\n{\"ts\":\"forged", "\r\n\t\u{0}\u{1}\u{1B}[31mred\u{7F}",
            "\u{85}\u{9B}31m", "\u{2028}\u{2029}", "\u{202E}txt.exe\u{2066}", "\u{FEFF}", "é ü 漢 🎸", "e\u{301}",
        ])
    func injection(text: String) throws {
        #expect(try Self.parsed(.text(text)) as? String == text)
        #expect(try Self.parsed(.bytes(Array(text.utf8))) as? String == text)
        let written = String(decoding: Self.line(.text(text)).dropLast(), as: UTF8.self)
        let steering: Set<Unicode.GeneralCategory> = [.control, .format, .lineSeparator, .paragraphSeparator]
        #expect(!written.unicodeScalars.contains { steering.contains($0.properties.generalCategory) })
    }

    @Test("Every single byte, and every pair that starts a longer sequence, gives a valid line")
    func invalidUTF8() throws {
        for first in UInt8.min ... .max {
            _ = try Self.parsed(.bytes([first]))
            for second in [0x00, 0x22, 0x7F, 0x80, 0xBF, 0xC0, 0xFF] as [UInt8] {
                _ = try Self.parsed(.bytes([first, second]))
            }
        }
        #expect(try Self.parsed(.bytes([0x61, 0xFF, 0x62])) as? String == "a\u{FFFD}b")
    }

    @Test("Numbers are JSON numbers; those that JSON does not have are null")
    func numbers() throws {
        #expect(try Self.parsed(.number(.min)) as? Int == .min)
        #expect(try Self.parsed(.seconds(1e-7)) as? Double == 1e-7)
        #expect(try Self.parsed(.seconds(.greatestFiniteMagnitude)) as? Double == .greatestFiniteMagnitude)
        #expect(try Self.parsed(.flag(true)) as? Bool == true)
        for value in [Double.nan, .infinity, -.infinity] { #expect(try Self.parsed(.seconds(value)) is NSNull) }
    }

    @Test("A long value is cut between scalars and marked, counted as it is written")
    func cut() throws {
        var limits = LogLimits()
        limits.valueByteCountMax = 8
        #expect(try Self.parsed(.text("12345678"), limits: limits) as? String == "12345678")
        #expect(try Self.parsed(.text("123456789"), limits: limits) as? String == "12345678…")
        #expect(try Self.parsed(.text("1234567é"), limits: limits) as? String == "1234567…")
        #expect(try Self.parsed(.text("\u{1}\u{1}\u{1}"), limits: limits) as? String == "\u{1}…")
        #expect(try Self.parsed(.bytes([UInt8](repeating: 0x31, count: 9)), limits: limits) as? String == "11111111…")
        #expect(try Self.parsed(.bytes(Array("1234567é".utf8)), limits: limits) as? String == "1234567…")
        #expect(Self.line(.text(String(repeating: "x", count: 1_000_000))).count < 1200)
    }

    @Test("Fields beyond the bound are left out and counted")
    func fields() throws {
        var limits = LogLimits()
        limits.fieldCountMax = 2
        let bytes = LogLine(
            .info, "event", ["a": 1, "b": 2, "c": 3, "d": 4], at: WallClock(unixMilliseconds: 0), limits: limits
        ).bytes
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("\"event\",\"a\":1,\"b\":2,\"fields_cut\":2}\n"))
    }
}
