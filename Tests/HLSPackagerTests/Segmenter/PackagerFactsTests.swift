import MediaTypes
import Primitives
import Testing

@testable import HLSPackager

@Suite("What a packager tells of its work")
struct PackagerFactsTests {
    private func announce(_ rig: PackagerRig) {
        rig.packager.receive(MediaMaker.video(), of: .picture)
        rig.packager.receive(MediaMaker.audio(), of: .sound)
    }

    @Test("Every part and every segment is told, with its times")
    func observer() {
        var latencies: [Int64] = []
        var segments: [Int64] = []
        let observer = PackagerObserver(
            onPart: { id, latency in if id == .main { latencies.append(latency.nanoseconds) } },
            onSegment: { _, duration, isLate in
                #expect(!isLate)
                segments.append(duration.nanoseconds)
            })
        let rig = PackagerRig(observer: observer)
        self.announce(rig)
        rig.play(seconds: 10.1)
        #expect(segments == Array(repeating: 2_000_000_000, count: 5))
        #expect(latencies.count == rig.watch.all(.main).reduce(0) { $0 + $1.parts.count })
        // A picture's length is known with the next one.
        #expect(latencies.allSatisfy { (1...70_000_000).contains($0) })
        let facts = rig.packager.facts
        #expect(facts.segmentCount == 5 && facts.lateSegmentCount == 0 && facts.lostSampleCount == 0)
        #expect(abs(facts.soundLead?.nanoseconds ?? .max) < 40_000_000)
    }

    @Test("Key pictures that come too late are counted by segment")
    func late() {
        let rig = PackagerRig()
        self.announce(rig)
        // What some encoders do by themselves: 250 pictures, for which there are two segments.
        rig.play(seconds: 27.1, keyEvery: 250)
        rig.packager.publishingEnded(.finished)
        let facts = rig.packager.facts
        #expect(facts.segmentCount == rig.watch.all(.main).count)
        #expect(facts.lateSegmentCount == 3)
    }

    @Test("Sound that is ahead or behind is seen", arguments: [-300, 0, 450] as [Int64])
    func soundLead(milliseconds: Int64) {
        let rig = PackagerRig()
        self.announce(rig)
        for tick in 0..<200 as Range<Int64> {
            rig.give(MediaMaker.unit(.picture, at: tick * 40_000_000))
            rig.give(MediaMaker.unit(.sound, at: tick * 40_000_000 + milliseconds * 1_000_000))
        }
        #expect(rig.packager.facts.soundLead == .milliseconds(milliseconds))
    }

    @Test(
        "The rate of pictures is that of the camera, after one segment and after many",
        arguments: [
            (23.976, 23_976), (24, 24_000), (25, 25_000), (29.97, 29_970), (30, 30_000), (50, 50_000), (59.94, 59_940),
            (60, 60_000), (15, 15_000),
        ])
    func frameRate(_ rate: Double, _ thousandths: Int) {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 2.5, framesPerSecond: rate, keyEvery: Int(rate.rounded()) * 2)
        #expect(rig.watch.all(.main).count { $0.isComplete } == 1)
        #expect(rig.watch.latest?[.main]?.snapshot.frameRateThousandths == thousandths)
        let longer = PackagerRig()
        self.announce(longer)
        longer.play(seconds: 40, framesPerSecond: rate, keyEvery: Int(rate.rounded()) * 2)
        #expect(longer.watch.latest?[.main]?.snapshot.frameRateThousandths == thousandths)
    }

    @Test("A picture that stands over a gap lowers no rate", arguments: [300, 2500] as [Int64])
    func frameRateOverGap(milliseconds: Int64) {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 4, framesPerSecond: 25, keyEvery: 50)
        rig.play(from: (4000 + milliseconds) * 1_000_000, seconds: 4, framesPerSecond: 25, keyEvery: 50)
        #expect(rig.watch.latest?[.main]?.snapshot.frameRateThousandths == 25_000)
        let slides = PackagerRig()
        self.announce(slides)
        slides.play(seconds: 20, framesPerSecond: 4, keyEvery: 8)
        #expect(slides.watch.latest?[.main]?.snapshot.frameRateThousandths == 4000)
    }

    @Test("A rate that no camera has is told as it is, and sound has none")
    func unusualFrameRate() {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 20, framesPerSecond: 17.3)
        let rate = rig.watch.latest?[.main]?.snapshot.frameRateThousandths ?? 0
        #expect((17_290...17_310).contains(rate))
        let sound = PackagerRig()
        sound.packager.receive(MediaMaker.audio(), of: .sound)
        sound.play(seconds: 6, hasVideo: false)
        #expect(sound.watch.latest?[.main]?.snapshot.segments.isEmpty == false)
        #expect(sound.watch.latest?[.main]?.snapshot.frameRateThousandths == nil)
    }

    @Test("After a change of format the rate is that of the new one, once it has a whole segment")
    func frameRateAfterChange() {
        var snapshot = RenditionSnapshot(
            segments: [], discontinuitySequence: 0, hasIndependentSegments: true, hasEnded: false)
        for (number, pictures) in [(0, 50), (0, 50), (1, 60)] {
            let part = RenditionSnapshot.Part(
                range: 0..<1, durationNanoseconds: 2_000_000_000, isIndependent: true, pictureCount: pictures,
                pictureNanoseconds: 2_000_000_000)
            snapshot.segments.append(
                RenditionSnapshot.Segment(
                    sequence: snapshot.segments.count, arena: SegmentArena(capacity: 0), parts: [part],
                    isComplete: true, isDiscontinuous: false, initialisationNumber: number,
                    startsAt: WallClock(unixMilliseconds: 0)))
        }
        #expect(snapshot.frameRateThousandths == 30_000)
        snapshot.segments[2].isComplete = false
        #expect(snapshot.frameRateThousandths == 25_000)
    }
}
