import Crypto
import Foundation
import HTTPServer
import Testing

@testable import Ticketing

@Suite("A QR code")
struct QRCodeTests {
    /// Dark fields are `#`, a row is a line.
    private static func drawing(_ code: QRCode) -> String {
        (0..<code.side).map { row in
            String((0..<code.side).map { code.isDark(row, $0) ? "#" : "." })
        }.joined(separator: "\n")
    }

    /// Letters that depend on how many there are.
    private static func text(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(ascii: "A") + UInt8(($0 * 7 + count) % 26) }
    }

    @Test("is as large as it has to be, and no text is too long for all but what is refused")
    func sizes() throws {
        let expected: [(Int, Int)] = [
            (0, 21), (14, 21), (15, 25), (26, 25), (27, 29), (42, 29), (43, 33), (62, 33), (63, 37), (84, 37),
            (85, 41), (106, 41), (107, 45), (122, 45), (123, 49), (152, 49), (153, 53), (180, 53), (181, 57), (213, 57),
        ]
        for (count, side) in expected { #expect(QRCode(Self.text(count))?.side == side, "\(count)") }
        #expect(QRCode.byteCountMax == 213 && QRCode(Self.text(214)) == nil)
    }

    /// Written out, of every length, for a decoder of another house (`QR_DUMP=directory`), which read them all.
    @Test("of every size is drawn as when another decoder read it")
    func golden() throws {
        var ends: [UInt8] = []
        for version in QRVersion.all {
            for count in [version.byteCountMax - 1, version.byteCountMax] {
                ends += Array((Self.drawing(try #require(QRCode(Self.text(count)))) + "\n\n").utf8)
            }
        }
        let digest = SHA256.hash(ends).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(digest == "a198e96cfc489691c53129122ac50e0961129906a65ecf8aba47e1328c5fc5cf")
        guard let path = ProcessInfo.processInfo.environment["QR_DUMP"] else { return }
        for count in 1...QRCode.byteCountMax {
            let code = try #require(QRCode(Self.text(count)))
            let head = String(decoding: Self.text(count), as: UTF8.self)
            try Data((head + "\n" + Self.drawing(code)).utf8).write(to: URL(filePath: "\(path)/\(count).txt"))
        }
    }

    @Test("is a picture of one path in a light frame")
    func svg() throws {
        let code = try #require(QRCode(Array("podo".utf8)))
        let svg = String(decoding: code.svg, as: UTF8.self)
        #expect(svg.hasPrefix(#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29""#))
        #expect(svg.contains(#"d="M4 4h7v1H4zM"#) && svg.hasSuffix("</svg>"))
        // As many fields as are dark.
        let runs = svg.split(separator: "h").dropFirst().compactMap { Int($0.prefix { $0.isNumber }) }
        let dark = (0..<21).reduce(0) { sum, row in sum + (0..<21).count { code.isDark(row, $0) } }
        #expect(runs.dropFirst().reduce(0, +) == dark)
    }
}
