import Primitives
import Testing

@testable import RTMPIngest

struct AggregateReaderTests {
    static func tag(_ type: UInt8, _ timestamp: UInt32, _ body: [UInt8], backPointer: [UInt8] = [9, 9, 9, 9]) -> [UInt8] {
        let time = (0..<4).map { UInt8(truncatingIfNeeded: timestamp >> (24 - $0 * 8)) }
        return [type, 0, 0, UInt8(body.count), time[1], time[2], time[3], time[0], 1, 2, 3] + body + backPointer
    }

    static func read(_ timestamp: UInt32, _ bytes: [UInt8]) -> [AggregateReader.Step] {
        var reader = AggregateReader(timestamp: timestamp)
        var steps: [AggregateReader.Step] = []
        repeat { steps.append(reader.next(bytes.span.bytes)) } while steps.last != .end && steps.count < 100
        return steps
    }

    @Test("§4.3 an aggregate's tags keep their distance from its own time")
    func distances() {
        let bytes = Self.tag(9, 16_000_000, [1, 2]) + Self.tag(8, 16_000_023, [3]) + Self.tag(9, 15_999_990, [])
        #expect(
            Self.read(500, bytes) == [
                .tag(.video, timestamp: 500, body: 11..<13), .tag(.audio, timestamp: 523, body: 28..<29),
                .tag(.video, timestamp: 490, body: 44..<44), .end,
            ])
    }

    @Test("§4.3 the upper byte of a tag's time counts, and the sum wraps")
    func upperByte() {
        let bytes = Self.tag(9, 0x0100_0000, [1]) + Self.tag(9, 0x0100_0010, [1])
        let expected: [AggregateReader.Step] = [
            .tag(.video, timestamp: 0xffff_fff8, body: 11..<12), .tag(.video, timestamp: 8, body: 27..<28), .end,
        ]
        #expect(Self.read(0xffff_fff8, bytes) == expected)
    }

    @Test("§4.3 a missing last size loses nothing")
    func withoutBackPointer() {
        let bytes = Self.tag(8, 0, [1], backPointer: [])
        #expect(Self.read(0, bytes) == [.tag(.audio, timestamp: 0, body: 11..<12), .end])
    }

    @Test("§4.3 an aggregate cut off anywhere gives its whole tags and ends")
    func truncated() {
        let bytes = Self.tag(9, 0, [1, 2]) + Self.tag(8, 1, [3])
        for count in 0..<bytes.count {
            let steps = Self.read(0, Array(bytes.prefix(count)))
            #expect(steps.count <= 4)
            #expect(steps.last == .end)
            #expect(steps.contains(.tag(.video, timestamp: 0, body: 11..<13)) == (count >= 13))
        }
    }
}
