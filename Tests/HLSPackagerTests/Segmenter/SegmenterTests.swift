import Primitives
import Testing

@testable import HLSPackager

@Suite("Segmenter")
struct SegmenterTests {
    /// Durations of the parts of each segment, in milliseconds, and of the time in which there was nothing.
    struct Shape: Equatable {
        var parts: [Int64] = []
        var empty: Int64 = 0
        var duration: Int64 { self.parts.reduce(self.empty, +) }
    }

    private func shapes(
        pictures: [(start: Int64, duration: Int64, isKey: Bool)], sound: [(start: Int64, duration: Int64)] = [],
        byteCount: Int = 1, limits: HLSLimits = HLSLimits()
    ) -> (shapes: [Shape], independent: [Bool]) {
        let million: Int64 = 1_000_000
        var samples = pictures.map {
            Segmenter.Input(
                start: $0.start * million, end: ($0.start + $0.duration) * million, isLeading: true,
                isRandomAccess: $0.isKey, byteCount: byteCount)
        }
        samples += sound.map {
            Segmenter.Input(
                start: $0.start * million, end: ($0.start + $0.duration) * million, isLeading: pictures.isEmpty,
                isRandomAccess: true, byteCount: byteCount)
        }
        samples.sort { ($0.start, $0.isLeading ? 0 : 1) < ($1.start, $1.isLeading ? 0 : 1) }
        var segmenter = Segmenter(limits: limits)
        var (shapes, independent): ([Shape], [Bool]) = ([Shape()], [])
        func apply(_ cut: Segmenter.Cut, isIndependent: Bool) {
            if let part = cut.part { shapes[shapes.count - 1].parts.append(part.durationNanoseconds / million) }
            shapes[shapes.count - 1].empty += cut.emptyNanoseconds / million
            if cut.endsSegment {
                shapes.append(Shape())
                independent.append(isIndependent)
            }
        }
        for sample in samples {
            while true {
                let isIndependent = segmenter.isSegmentIndependent
                let cut = segmenter.cut(before: sample)
                if cut.isNone { break }
                apply(cut, isIndependent: isIndependent)
            }
            segmenter.count(sample)
        }
        let isIndependent = segmenter.isSegmentIndependent
        apply(segmenter.finish(), isIndependent: isIndependent)
        shapes.removeLast()
        return (shapes, independent)
    }

    private func pictures(
        count: Int, each: Int64, keyEvery: Int, from: Int64 = 0
    ) -> [(start: Int64, duration: Int64, isKey: Bool)] {
        (0..<count).map { (from + Int64($0) * each, each, $0 % keyEvery == 0) }
    }

    @Test("Parts are as long as whole pictures allow, and segments begin with key pictures")
    func regular() {
        // 25 pictures a second, a key picture every two seconds.
        let (shapes, independent) = self.shapes(pictures: self.pictures(count: 150, each: 40, keyEvery: 50))
        #expect(shapes == Array(repeating: Shape(parts: [480, 480, 480, 480, 80]), count: 3))
        #expect(independent == [true, true, true])
    }

    struct Group: Sendable, CustomStringConvertible {
        var seconds: Int
        var segments: [Int64]
        var independent: [Bool]
        var description: String { "\(self.seconds) s" }
    }

    @Test(
        "Groups of pictures of any length make segments within the bound",
        arguments: [
            Group(seconds: 1, segments: [2, 2, 2, 2, 2, 2], independent: [true, true, true, true, true, true]),
            Group(seconds: 4, segments: [4, 4, 4], independent: [true, true, true]),
            Group(seconds: 6, segments: [6, 6], independent: [true, true]),
            Group(seconds: 7, segments: [6, 1, 5], independent: [true, false, true]),
            Group(seconds: 100, segments: [6, 6], independent: [true, false]),
        ])
    func groups(_ group: Group) {
        let pictures = self.pictures(count: 300, each: 40, keyEvery: group.seconds * 25)
        var limits = HLSLimits()
        limits.segmentTimeMax = .seconds(6)
        let (shapes, independent) = self.shapes(pictures: pictures, limits: limits)
        #expect(shapes.map(\.duration) == group.segments.map { $0 * 1000 })
        #expect(independent == group.independent)
    }

    @Test("Pictures that are too slow for parts of 85 % are cut by time, and so is a picture that stands still")
    func slow() {
        let (five, _) = self.shapes(pictures: self.pictures(count: 10, each: 200, keyEvery: 10))
        #expect(five == [Shape(parts: [500, 500, 500, 500])])
        let sound = (0..<100).map { (start: Int64($0) * 20, duration: Int64(20)) }
        let (one, _) = self.shapes(pictures: self.pictures(count: 2, each: 1000, keyEvery: 2), sound: sound)
        #expect(one == [Shape(parts: [500, 500, 500, 500])])
        // Without sound there is nothing in every other half second; its time is not lost.
        let (lonely, _) = self.shapes(pictures: self.pictures(count: 2, each: 1000, keyEvery: 2))
        #expect(lonely == [Shape(parts: [500, 500], empty: 500)])
    }

    @Test("Sound before the first picture counts for nothing, and sound alone is cut by time")
    func sound() {
        let lead = (0..<105).map { (start: Int64($0) * 20 - 100, duration: Int64(20)) }
        let (both, _) = self.shapes(pictures: self.pictures(count: 50, each: 40, keyEvery: 50), sound: lead)
        #expect(both == [Shape(parts: [480, 480, 480, 480, 80])])
        let (alone, independent) = self.shapes(pictures: [], sound: (0..<200).map { (Int64($0) * 20, 20) })
        #expect(alone == Array(repeating: Shape(parts: [500, 500, 500, 500]), count: 2))
        #expect(independent == [true, true])
    }

    @Test("A segment begins with its first picture, though sound of a later time came before that")
    func soundAhead() {
        let million: Int64 = 1_000_000
        func sample(_ start: Int64, _ time: Int64, isPicture: Bool, isKey: Bool) -> Segmenter.Input {
            Segmenter.Input(
                start: start * million, end: (start + time) * million, isLeading: isPicture, isRandomAccess: isKey,
                byteCount: 1)
        }
        var segmenter = Segmenter(limits: HLSLimits())
        var duration: Int64 = 0
        let pictures = (0...50).map { sample(Int64($0) * 40, 40, isPicture: true, isKey: $0 % 50 == 0) }
        for next in [sample(420, 20, isPicture: false, isKey: true)] + pictures {
            let cut = segmenter.cut(before: next)
            duration += (cut.part?.durationNanoseconds ?? 0) + cut.emptyNanoseconds
            if cut.endsSegment { break }
            segmenter.count(next)
        }
        #expect(duration == 2000 * million)
    }

    @Test("Segments that end by time follow one another without a gap, and a picture soon after one begins is in it")
    func noTimeIsLost() {
        // Half a second of pictures; sound of an AAC frame each; pictures again 30 ms after a segment has begun.
        let key = (start: Int64(4 * 3 * 1000 + 30), duration: Int64(40), isKey: true)
        let sound = (0..<600).map { (start: Int64($0) * 23, duration: Int64(23)) }
        var limits = HLSLimits()
        limits.segmentTimeMax = .seconds(4)
        let (shapes, independent) = self.shapes(
            pictures: self.pictures(count: 12, each: 40, keyEvery: 12) + [key], sound: sound, limits: limits)
        #expect(shapes.map(\.duration).prefix(3) == [4000, 4000, 4000])
        #expect(shapes.count == 4 && independent == [true, true, true, true])
    }

    @Test("A burst of pictures of one moment makes neither parts nor segments, up to what a muxer can hold")
    func burst() {
        let flood = (0..<7000).map { _ in (start: Int64(0), duration: Int64(1), isKey: true) }
        #expect(self.shapes(pictures: flood).shapes.count == 3)
        let burst = (0..<2900).map { (start: Int64($0) / 100, duration: Int64(1), isKey: true) }
        let (shapes, _) = self.shapes(pictures: burst)
        #expect(shapes == [Shape(parts: [29])])
    }

    @Test("A segment ends before it is larger than its memory")
    func bytes() {
        var limits = HLSLimits()
        limits.segmentByteCountMax = 100_000
        let (shapes, independent) = self.shapes(
            pictures: self.pictures(count: 50, each: 40, keyEvery: 50), byteCount: 10_000, limits: limits)
        #expect(shapes.map(\.duration) == [320, 320, 320, 320, 320, 320, 80])
        #expect(independent == [true, false, false, false, false, false, false])
    }

    @Test("A hole that its segment ends in is the rest of that, and the beginning of the next one")
    func holeAcrossSegments() {
        var limits = HLSLimits()
        limits.segmentTime = .seconds(4)
        limits.segmentTimeMax = .seconds(4)
        let before = (0..<195).map { (start: Int64($0) * 20, duration: Int64(20)) }
        let after = (0..<10).map { (start: 5300 + Int64($0) * 20, duration: Int64(20)) }
        let (shapes, _) = self.shapes(pictures: [], sound: before + after, limits: limits)
        #expect(shapes.map(\.duration) == [4000, 1500] && shapes.map(\.empty) == [0, 1000], "\(shapes)")
    }

    @Test("A hole that is longer than a segment is left out from the end of its segment on")
    func hole() {
        let sound = (0..<10).map { (start: Int64($0) * 20, duration: Int64(20)) }
        let later = (0..<10).map { (start: 20_000 + Int64($0) * 20, duration: Int64(20)) }
        let (shapes, _) = self.shapes(pictures: [], sound: sound + later)
        #expect(shapes == [Shape(parts: [500], empty: 3990), Shape(parts: [200])])
    }
}
