import MediaTypes
import Primitives
import TestSupport
import Testing

@testable import HLSPackager

@Suite("Parameter sets in the first picture of a format")
struct RepeatedParameterSetsTests {
    static func format() throws -> VideoFormat {
        let file = try #require(try Fixtures.files(in: "fuzz/codecs").first { $0.name == "h264-720-base" })
        return VideoFormat(codec: .h264, configuration: file.bytes)
    }

    @Test("They stand before the picture, after a delimiter, and can be taken out again")
    func place() throws {
        let sets = try #require(RepeatedParameterSets(try Self.format()))
        let picture: [UInt8] = [0, 0, 0, 2, 0x65, 1]
        let delimiter: [UInt8] = [0, 0, 0, 2, 0x09, 0xf0]
        for (before, after) in [([], picture), (delimiter, picture)] as [([UInt8], [UInt8])] {
            let (bytes, range) = sets.put(into: before + after)
            #expect(range.lowerBound == before.count && !range.isEmpty)
            #expect(Array(bytes[..<range.lowerBound]) == before && Array(bytes[range.upperBound...]) == after)
            #expect(bytes[range.lowerBound + 4] & 31 == 7)
            let sample = Sample(
                trackIndex: 0, decodeTicks: 0, presentationOffsetTicks: 0, durationTicks: 1, isRandomAccess: true)
            var held = HeldSample(
                sample: sample, start: 0, end: 1, arrival: MonotonicTime(nanoseconds: 0), bytes: bytes)
            #expect(held.plainBytes == bytes)
            held.repeatedSets = range
            #expect(held.plainBytes == before + after)
        }
    }
}
