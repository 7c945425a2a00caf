import MediaTypes
import Primitives
import Testing

@testable import RTMPIngest

struct ColorInformationTests {
    static func string(_ text: String) -> [UInt8] { [0, UInt8(text.utf8.count)] + Array(text.utf8) }

    static func number(_ value: Double) -> [UInt8] {
        [0] + (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (56 - $0 * 8)) }
    }

    static func object(_ members: [(String, [UInt8])]) -> [UInt8] {
        [3] + members.flatMap { Self.string($0.0) + $0.1 } + [0, 0, 9]
    }

    static let hdr10 =
        [2] + string("colorInfo")
        + object([
            (
                "colorConfig",
                object([
                    ("bitDepth", number(10)), ("colorPrimaries", number(9)), ("transferCharacteristics", number(16)),
                    ("matrixCoefficients", number(9)),
                ])
            ),
            ("hdrCll", object([("maxFall", number(400.4)), ("maxCLL", number(1000))])),
        ])

    static func color(_ bytes: [UInt8]) -> VideoColor? {
        ColorInformation.color(bytes.span.bytes, limits: RTMPLimits())
    }

    @Test("§4.9 metadata tells colours and light levels")
    func colors() throws {
        let color = try #require(Self.color(Self.hdr10))
        #expect(color.bitDepth == 10 && color.primaries == 9 && color.transfer == 16 && color.matrix == 9)
        #expect(color.lightLevelMax == 1000 && color.frameAverageLightLevelMax == 400)
    }

    @Test("§4.9 colours that are not specified say nothing, and the bit depth of the pictures holds")
    func unspecified() throws {
        let values =
            [2] + Self.string("colorInfo")
            + Self.object([
                (
                    "colorConfig",
                    Self.object([
                        ("bitDepth", Self.number(8)), ("colorPrimaries", Self.number(2)),
                        ("transferCharacteristics", Self.number(18)), ("matrixCoefficients", Self.number(2)),
                    ])
                )
            ])
        let color = try #require(Self.color(values))
        #expect(color.primaries == nil && color.transfer == 18 && color.matrix == nil)
        let picture = try #require(Self.color(Self.hdr10))
        let both = picture.overridden(by: color)
        #expect(both.bitDepth == 10 && both.primaries == 9 && both.transfer == 18 && both.matrix == 9)
    }

    @Test("§4.9 empty colours, numbers that do not fit and cut metadata are no colours and no trap")
    func oddities() {
        let empty = [2] + Self.string("colorInfo") + Self.object([])
        #expect(Self.color(empty) == nil)
        for value in [-1.0, 256, 1e300, .nan, .infinity] {
            let odd =
                [2] + Self.string("colorInfo")
                + Self.object([("colorConfig", Self.object([("bitDepth", Self.number(value))]))])
            #expect(Self.color(odd) == nil)
        }
        for count in 0..<Self.hdr10.count {
            _ = Self.color(Array(Self.hdr10.prefix(count)))
        }
    }
}
