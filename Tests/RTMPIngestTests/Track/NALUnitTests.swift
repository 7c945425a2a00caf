import MediaTypes
import Primitives
import Testing

@testable import RTMPIngest

struct NALUnitTests {
    static let limits = MediaLimits()
    static let delimiter: [UInt8] = [9, 0xf0]
    static let filler: [UInt8] = [12, 0xff, 0xff, 0x80]
    static let slice: [UInt8] = [0x41, 1, 2, 3]
    static let disposableSlice: [UInt8] = [0x01, 1, 2, 3]
    static let refresh: [UInt8] = [0x65, 1, 2, 3]

    static func units(_ framing: NALUnitWalker.Framing, _ bytes: [UInt8]) -> [[UInt8]]? {
        var walker = NALUnitWalker(framing, 0..<bytes.count)
        var units: [[UInt8]] = []
        while true {
            switch walker.next(bytes.span.bytes) {
            case .unit(let range): units.append(Array(bytes[range]))
            case .malformed: return nil
            case .end: return units
            }
        }
    }

    static func survey(_ bytes: [UInt8], _ framing: NALUnitWalker.Framing = .lengths(4), codec: NALCodec = .h264)
        -> NALUnitSurvey?
    {
        NALUnitSurvey(
            bytes.span.bytes, 0..<bytes.count, framing, codec, partCountMax: Self.limits.unitPartCountMax)
    }

    static func rewritten(_ bytes: [UInt8], _ framing: NALUnitWalker.Framing = .lengths(4)) -> [UInt8] {
        var target: [UInt8] = [1, 2, 3]
        NALUnitSurvey.rewrite(bytes.span.bytes, 0..<bytes.count, framing, .h264, to: &target)
        return target
    }

    @Test("NAL units come out whatever the size of their lengths", arguments: [1, 2, 3, 4])
    func lengths(size: Int) {
        let parts = [Self.delimiter, Self.refresh, [UInt8](repeating: 7, count: 200)]
        #expect(Self.units(.lengths(size), withLengths(parts, size: size)) == parts)
    }

    @Test("§4.9 annex B: start codes of three and four bytes, and zeros around them")
    func startCodes() {
        let bytes: [UInt8] = [0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 0x65, 1, 0, 0, 0, 0, 1, 0x41, 2, 0, 0]
        #expect(Self.units(.startCodes, bytes) == [[9, 0xf0], [0x65, 1], [0x41, 2]])
        #expect(Self.units(.startCodes, [1, 2, 3, 4]) == [])
    }

    @Test("S-36 a length beyond the end is malformed, up to the largest", arguments: [1, 2, 4])
    func lengthOverflow(size: Int) {
        let bytes = [UInt8](repeating: 0xff, count: size) + [0x65, 1]
        #expect(Self.units(.lengths(size), bytes) == nil)
    }

    @Test("Zeros too few for a length are padding, anything else is malformed")
    func padding() {
        #expect(Self.units(.lengths(4), withLengths([Self.slice]) + [0, 0, 0]) == [Self.slice])
        #expect(Self.units(.lengths(4), withLengths([Self.slice]) + [0, 1]) == nil)
    }

    @Test("A unit's survey tells a picture, a refresh, references and where filler begins")
    func survey() throws {
        let plain = try #require(Self.survey(withLengths([Self.delimiter, Self.refresh])))
        #expect(plain.hasPicture && plain.isRefresh && plain.isReference && !plain.needsRewriting)
        #expect(plain.end == 14)
        let disposable = try #require(Self.survey(withLengths([Self.disposableSlice])))
        #expect(disposable.hasPicture && !disposable.isRefresh && !disposable.isReference)
        let noPicture = try #require(Self.survey(withLengths([Self.delimiter])))
        #expect(!noPicture.hasPicture)
    }

    @Test("§4.9 filler at the end is left out without rewriting, in the middle by rewriting; delimiters stay")
    func fillerAndDelimiters() throws {
        let atEnd = withLengths([Self.delimiter, Self.slice, Self.filler, Self.filler])
        let first = try #require(Self.survey(atEnd))
        #expect(!first.needsRewriting)
        #expect(Array(atEnd[..<first.end]) == withLengths([Self.delimiter, Self.slice]))
        let inside = withLengths([Self.delimiter, Self.filler, Self.slice])
        #expect(try #require(Self.survey(inside)).needsRewriting)
        #expect(Self.rewritten(inside) == withLengths([Self.delimiter, Self.slice]))
    }

    @Test("Empty NAL units are left out")
    func emptyUnits() throws {
        let bytes = withLengths([[], Self.slice, [], Self.slice])
        #expect(try #require(Self.survey(bytes)).needsRewriting)
        #expect(Self.rewritten(bytes) == withLengths([Self.slice, Self.slice]))
    }

    @Test("§4.9 other lengths and start codes are rewritten to lengths of four bytes")
    func rewriting() {
        let parts = [Self.delimiter, Self.refresh]
        for size in [1, 2, 3] {
            #expect(Self.rewritten(withLengths(parts, size: size), .lengths(size)) == withLengths(parts))
        }
        #expect(Self.rewritten(withStartCodes(parts), .startCodes) == withLengths(parts))
    }

    @Test("S-36 a picture of very many parts is refused")
    func partCount() {
        let parts = [[UInt8]](repeating: [0x41], count: Self.limits.unitPartCountMax)
        #expect(Self.survey(withLengths(parts)) != nil)
        #expect(Self.survey(withLengths(parts + [[0x41]])) == nil)
    }

    @Test("§4.9 HEVC: decoding can begin at IRAP pictures; even types below 16 are no references", arguments: [
        (1, false, true), (0, false, false), (9, false, true), (8, false, false), (16, true, true), (19, true, true),
        (20, true, true), (21, true, true),
    ] as [(UInt8, Bool, Bool)])
    func hevc(type: UInt8, isRefresh: Bool, isReference: Bool) throws {
        let survey = try #require(Self.survey(withLengths([[type << 1, 1, 5]]), codec: .hevc))
        #expect(survey.hasPicture && survey.isRefresh == isRefresh && survey.isReference == isReference)
    }
}
