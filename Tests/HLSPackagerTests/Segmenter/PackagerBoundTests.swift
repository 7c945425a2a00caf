import MediaTypes
import Primitives
import TestSupport
import Testing

@testable import HLSPackager

/// How much a publisher can make of a packager, whatever it sends.
@Suite("Bounds of packaging")
struct PackagerBoundTests {
    /// Segments end by time, so that two of them together last for a segment time: it is media, and not units, of which
    /// a publisher needs more to have more of them.
    @Test(
        "However units follow one another, two segments last as long as one is meant to",
        arguments: 0..<200 as Range<UInt64>)
    func segments(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let limits = HLSLimits()
        var segmenter = Segmenter(limits: limits)
        let hasPictures = random.next(below: 4) > 0
        let steps: [Int64] = [0, 100_000, 10_000_000, 33_000_000, 400_000_000, 1_900_000_000, 3_000_000_000]
        let (first, second) = (steps[random.next(below: 7)], steps[random.next(below: 7)])
        let keyChance = [1, 3, 40, 1000][random.next(below: 4)]
        var time: Int64 = 0
        var (lengths, length): ([Int64], Int64) = ([], 0)
        for _ in 0..<2500 {
            time += random.next(below: 8) == 0 ? second : first
            let isPicture = hasPictures && random.next(below: 3) > 0
            let sample = Segmenter.Input(
                start: time, end: time + max(first, 1), isLeading: isPicture || !hasPictures,
                isRandomAccess: random.next(below: keyChance) == 0, byteCount: 10)
            let cut = segmenter.cut(before: sample)
            segmenter.count(sample)
            length += (cut.part?.durationNanoseconds ?? 0) + cut.emptyNanoseconds
            guard cut.endsSegment else { continue }
            lengths.append(length)
            length = 0
        }
        let tolerance = limits.partTime.nanoseconds / 8
        for (one, next) in zip(lengths, lengths.dropFirst()) {
            #expect(one + next >= limits.segmentTime.nanoseconds - tolerance)
            #expect(one <= limits.segmentTimeMax.nanoseconds)
        }
        #expect(lengths.count <= 2 + 2 * Int(time / (limits.segmentTime.nanoseconds - tolerance)))
    }

    @Test("A muxer that fails once a minute never ends its rendition; one that fails more often does, and it is told")
    func forgiven() {
        for (sampleCount, isForgiven) in [(5000, true), (1000, false)] {
            var losses: [PackagerLoss] = []
            let rig = PackagerRig(
                makeMuxer: { (_: [MuxedTrack]) throws(MuxerError) in
                    let muxer = RecordingMuxer()
                    muxer.failsAtSample = sampleCount
                    return muxer
                }, observer: PackagerObserver(onLoss: { losses.append($0) }))
            rig.packager.receive(MediaMaker.video(), of: .picture)
            rig.packager.receive(MediaMaker.audio(), of: .sound)
            // 25 pictures and 25 of sound a second.
            for tick in 0..<25_000 as Range<Int64> {
                rig.give(MediaMaker.unit(.picture, at: tick * 40_000_000, isKey: tick % 50 == 0))
                rig.give(MediaMaker.unit(.sound, at: tick * 40_000_000))
            }
            #expect(rig.packager.facts.muxerFailureCount >= 8)
            #expect(rig.watch.latest?[.main]?.snapshot.hasEnded == !isForgiven)
            #expect(losses == (isForgiven ? [] : [.rendition(.main, MuxerError("refused", "as told"))]))
        }
    }

    @Test("Tracks beyond the bounds are counted and told of, once each")
    func tooManyTracks() {
        var losses: [PackagerLoss] = []
        var limits = HLSLimits()
        limits.renditionCountMax = 2
        let rig = PackagerRig(limits: limits, observer: PackagerObserver(onLoss: { losses.append($0) }))
        for _ in 0..<2 {
            for number in 0..<40 as Range<UInt8> {
                rig.packager.receive(MediaMaker.video(), of: TrackID(.video, number))
            }
        }
        for tick in 0..<200 as Range<Int64> { rig.give(MediaMaker.unit(.picture, at: tick * 40_000_000)) }
        #expect(rig.packager.facts.refusedTrackCount == 38)
        let refused = losses.map { if case .track(let track) = $0 { Int(track.number) } else { -1 } }
        #expect(refused.sorted() == Array(2..<40))
    }

    @Test("A minute that comes at once makes the segments of a minute")
    func burst() {
        let rig = PackagerRig()
        rig.packager.receive(MediaMaker.video(), of: .picture)
        rig.packager.receive(MediaMaker.audio(), of: .sound)
        rig.play(seconds: 4)
        rig.pass(nanoseconds: 60_000_000_000)
        let before = rig.watch.all(.main).count
        for tick in 100..<1600 as Range<Int64> {
            rig.give(MediaMaker.unit(.picture, at: tick * 40_000_000, isKey: tick % 50 == 0))
            rig.give(MediaMaker.unit(.sound, at: tick * 40_000_000))
        }
        #expect(rig.watch.all(.main).count - before <= 31)
        rig.watch.checkDurations(.main, hasPictures: true)
        #expect(rig.watch.all(.main).allSatisfy { !$0.isDiscontinuous })
    }

    @Test("A publisher whose every picture is three seconds later does not pile segments up")
    func leaps() {
        let rig = PackagerRig()
        rig.packager.receive(MediaMaker.video(), of: .picture)
        for tick in 0..<3000 as Range<Int64> {
            rig.give(MediaMaker.unit(.picture, at: tick * 3_000_000_000))
            rig.pass(nanoseconds: 1_000_000)
        }
        let main = rig.watch.latest?[.main]?.snapshot
        let limits = rig.stream.limits
        #expect(main?.segments.count ?? 0 <= limits.windowSegmentCount * 4 + 1)
        #expect(main?.removedSegments.count == limits.windowSegmentCount * 16)
    }

    @Test("Segments, and pages kept for those to come, stay within the stream's memory")
    func memory() {
        var limits = HLSLimits()
        limits.streamByteCountMax = 600_000
        let rig = PackagerRig(limits: limits, transportStream: { _ throws(MuxerError) in RecordingMuxer() })
        rig.packager.receive(MediaMaker.video(), of: .picture)
        var most = 0
        for tick in 0..<2000 as Range<Int64> {
            rig.give(MediaMaker.unit(.picture, at: tick * 40_000_000, isKey: tick % 50 == 0), byteCount: 2000)
            rig.pass(nanoseconds: 40_000_000)
            most = max(most, rig.stream.byteCount)
        }
        // What a change gave up is only then a page for what comes, and counted with the next change.
        #expect(most <= limits.streamByteCountMax + 100_000 && most > limits.streamByteCountMax / 2)
    }
}
