import MediaTypes
import Primitives
import Testing

@testable import HLSPackager

/// What becomes of a segment's MPEG-TS when things go wrong; muxers here only record.
@Suite("Transport stream segments")
struct TransportStreamSegmentsTests {
    private func announce(_ rig: PackagerRig) {
        rig.packager.receive(MediaMaker.video(), of: .picture)
        rig.packager.receive(MediaMaker.audio(), of: .sound)
    }

    /// Of each whole segment that is listed: what its MPEG-TS holds, and what its fragments do.
    private func pairs(_ rig: PackagerRig) -> [(stream: [WrittenSample]?, fragments: [WrittenSample])] {
        let segments = rig.watch.latest?[.main]?.snapshot.segments ?? []
        return segments.filter(\.isComplete).map { segment in
            let end = segment.parts.last?.range.upperBound ?? 0
            return (
                segment.transportStream.map { WrittenSample.read($0.bytes(0..<$0.count)) },
                WrittenSample.read(segment.arena.bytes(0..<end))
            )
        }
    }

    @Test("They hold the same samples as the fragments, and are there when the segment is whole")
    func same() {
        let rig = PackagerRig(transportStream: { _ throws(MuxerError) in RecordingMuxer() })
        self.announce(rig)
        rig.play(seconds: 7)
        let open = rig.watch.latest?[.main]?.snapshot.segments.last
        #expect(open?.isComplete == false && open?.transportStream == nil)
        rig.packager.publishingEnded(.interrupted)
        let pairs = self.pairs(rig)
        #expect(pairs.count == 4)
        for pair in pairs { #expect(pair.stream == pair.fragments) }
        #expect(rig.stream.byteCount == rig.watch.byteCountMax)
    }

    @Test("A muxer that fails now and then is forgiven by the minute; one that fails more often is given up")
    func forgiven() {
        for (sampleCount, isForgiven) in [(5000, true), (1000, false)] {
            let rig = PackagerRig(transportStream: { _ throws(MuxerError) in
                let muxer = RecordingMuxer()
                muxer.failsAtSample = sampleCount
                return muxer
            })
            self.announce(rig)
            for tick in 0..<25_000 as Range<Int64> {
                rig.give(MediaMaker.unit(.picture, at: tick * 40_000_000, isKey: tick % 50 == 0))
                rig.give(MediaMaker.unit(.sound, at: tick * 40_000_000))
            }
            #expect(rig.packager.facts.transportStreamFailureCount >= 8)
            #expect((self.pairs(rig).last?.stream != nil) == isForgiven)
        }
    }

    @Test("A publisher that is replaced leaves a last segment that has the parts that were published, and no more")
    func takeover() {
        let rig = PackagerRig(transportStream: { _ throws(MuxerError) in RecordingMuxer() })
        self.announce(rig)
        rig.play(seconds: 4.7)
        let old = rig.packager
        rig.comeBack()
        let payload = MediaMaker.payload(0)
        for tick in 0..<20 as Range<Int64> {
            let unit = MediaMaker.unit(.picture, at: 4_700_000_000 + tick * 40_000_000, isKey: false)
            old.receive(unit, payload: payload.span.bytes)
        }
        self.announce(rig)
        rig.position = 0
        rig.play(seconds: 4)
        let pairs = self.pairs(rig)
        #expect(pairs.count == 4 && !(pairs[2].stream ?? []).isEmpty)
        for pair in pairs { #expect(pair.stream == pair.fragments) }
    }

    @Test("A muxer that fails costs one segment its MPEG-TS, and nothing else", arguments: [false, true])
    func failing(atPartEnd: Bool) {
        var count = 0
        let rig = PackagerRig(transportStream: { _ throws(MuxerError) in
            count += 1
            let muxer = RecordingMuxer()
            if count == 1, atPartEnd { muxer.failsAtPartEnd = true }
            if count == 1, !atPartEnd { muxer.failsAtSample = 100 }
            return muxer
        })
        self.announce(rig)
        rig.play(seconds: 10)
        rig.packager.publishingEnded(.interrupted)
        let pairs = self.pairs(rig)
        #expect(pairs.map { $0.stream == nil } == [true, false, false, false, false])
        for pair in pairs.dropFirst() { #expect(pair.stream == pair.fragments) }
        #expect(rig.packager.lastFailure == nil && rig.packager.lostSampleCount == 0)
        #expect(rig.watch.all(.main).allSatisfy { !$0.isDiscontinuous })
        #expect(rig.watch.numbers(.main, track: 0) == rig.given[.picture])
    }

    @Test("One that always fails is given up after eight others, and the fragments go on")
    func alwaysFailing() {
        var count = 0
        let rig = PackagerRig(transportStream: { _ throws(MuxerError) in
            count += 1
            let muxer = RecordingMuxer()
            muxer.failsAtPartEnd = true
            return muxer
        })
        self.announce(rig)
        rig.play(seconds: 40)
        rig.packager.publishingEnded(.interrupted)
        #expect(count == TransportStreamSegments.failureCountMax)
        #expect(self.pairs(rig).allSatisfy { $0.stream == nil })
        #expect(rig.watch.latest?[.main]?.snapshot.has(.transportStream) == false)
        #expect(rig.watch.numbers(.main, track: 0) == rig.given[.picture])
    }

    @Test("A sample that MPEG-TS cannot have is left out of it alone")
    func refused() {
        let rig = PackagerRig(transportStream: { _ throws(MuxerError) in
            let muxer = RecordingMuxer()
            muxer.failsAtSample = 100
            muxer.remedy = .dropSample
            return muxer
        })
        self.announce(rig)
        rig.play(seconds: 6)
        rig.packager.publishingEnded(.interrupted)
        let pairs = self.pairs(rig)
        #expect(pairs.map { $0.fragments.count - ($0.stream?.count ?? 0) } == [1, 0, 0])
    }
}
