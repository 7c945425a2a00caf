import MediaTypes
import Primitives
import TestSupport
import Testing

@testable import HLSPackager

@Suite("Stream packager, any media")
struct StreamPackagerPropertyTests {
    @Test(
        "Random groups, pauses, bursts, jumps, formats and reconnects keep every rule and every unit",
        arguments: 0..<60 as Range<UInt64>)
    func anything(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var limits = HLSLimits()
        limits.streamByteCountMax = seed % 3 == 0 ? 600_000 : limits.streamByteCountMax
        limits.segmentByteCountMax = seed % 3 == 0 ? 200_000 : limits.segmentByteCountMax
        let rig = PackagerRig(limits: limits)
        var maker = RandomMedia(seed: seed &+ 1000)
        maker.announce(to: rig)
        for _ in 0..<(1 + random.next(below: 4)) {
            maker.play(on: rig, unitCount: 400 + random.next(below: 1500))
            rig.packager.publishingEnded(.interrupted)
            rig.pass(nanoseconds: Int64(random.next(below: 90)) * 1_000_000_000)
            rig.comeBack()
            maker.restart()
            maker.announce(to: rig)
        }
        self.check(rig, maker)
    }

    private func check(_ rig: PackagerRig, _ maker: RandomMedia) {
        let hasVideo = maker.kind != .audioOnly
        let trackCount = maker.kind == .both ? 2 : 1
        rig.watch.checkDurations(.main, hasPictures: hasVideo)
        rig.watch.checkOrder(.main, trackCount: trackCount)
        if hasVideo { #expect(rig.watch.numbers(.main, track: 0) == rig.given[.picture]) }
        if maker.kind != .videoOnly {
            #expect(rig.watch.numbers(.main, track: hasVideo ? 1 : 0) == rig.given[.sound])
        }
        #expect(rig.packager.lostSampleCount == 0)
        #expect(rig.watch.byteCountMax <= rig.stream.limits.streamByteCountMax)
        let seen = rig.watch.all(.main)
        for (segment, next) in zip(seen, seen.dropFirst()) {
            #expect(next.sequence == segment.sequence + 1)
            #expect(next.discontinuity >= segment.discontinuity && segment.isComplete)
            #expect(next.startsAt >= segment.startsAt)
        }
        // Every segment that does not begin where decoding can has turned the promise off.
        let isIndependent = rig.watch.latest?[.main]?.snapshot.hasIndependentSegments
        let areAll = seen.allSatisfy { segment in
            let pictures = segment.samples.joined().filter { !hasVideo || $0.sample.trackIndex == 0 }
            return pictures.first?.sample.isRandomAccess ?? true
        }
        #expect(isIndependent == areAll)
    }
}

/// A publisher that does what publishers do, as a seed has it.
struct RandomMedia {
    enum Kind { case both, audioOnly, videoOnly }

    private var random: SplitMix
    let kind: Kind
    private let keyChance: Int
    private let frameTime: Int64
    private var timeline: UInt32 = 0
    private var (video, audio): (Int64, Int64) = (0, 0)
    private var format: UInt8 = 1
    private let rate: Int

    init(seed: UInt64) {
        self.random = SplitMix(seed: seed)
        self.kind = [.both, .both, .both, .audioOnly, .videoOnly][self.random.next(below: 5)]
        self.keyChance = [1, 12, 60, 100_000][self.random.next(below: 4)]
        self.frameTime = [16_667_000, 33_333_000, 40_000_000, 66_667_000, 200_000_000][self.random.next(below: 5)]
        self.rate = [44_100, 48_000][self.random.next(below: 2)]
        self.restart()
    }

    mutating func restart() {
        self.timeline = 0
        let lead = Int64(self.random.next(below: 300) - 150) * 1_000_000
        (self.video, self.audio) = (0, lead)
    }

    func announce(to rig: PackagerRig) {
        if self.kind != .audioOnly { rig.packager.receive(MediaMaker.video(self.format), of: .picture) }
        if self.kind != .videoOnly { rig.packager.receive(MediaMaker.audio(rate: self.rate), of: .sound) }
    }

    mutating func play(on rig: PackagerRig, unitCount: Int) {
        for number in 0..<unitCount {
            self.irregularity(rig)
            let isVideo = self.kind == .videoOnly || self.kind == .both && self.video <= self.audio
            let isFirst = number < 2 && self.keyChance < 100_000
            let isKey = !isVideo || isFirst || self.random.next(below: self.keyChance) == 0
            let time = isVideo ? self.video : self.audio
            let stamped = (time + (time < 0 ? -500_000 : 500_000)) / 1_000_000 * 1_000_000
            rig.give(
                MediaMaker.unit(
                    isVideo ? .picture : .sound, at: stamped, isKey: isKey, timeline: self.timeline,
                    offset: Int64(self.random.next(below: 160) - 80) * 1_000_000),
                byteCount: 16 + self.random.next(below: isVideo ? 4000 : 400))
            let step = isVideo ? self.frameTime : 1024 * 1_000_000_000 / Int64(self.rate)
            if isVideo { self.video += step } else { self.audio += step }
            rig.pass(nanoseconds: step / 2)
        }
    }

    private mutating func irregularity(_ rig: PackagerRig) {
        switch self.random.next(below: 800) {
        case 0:
            self.timeline += 1
            (self.video, self.audio) = (0, Int64(self.random.next(below: 300) - 150) * 1_000_000)
        case 1:
            // All tracks pause.
            let pause = Int64(self.random.next(below: 3000)) * 1_000_000
            self.video += pause
            self.audio += pause
        case 2: self.video += Int64(self.random.next(below: 3000)) * 1_000_000
        case 3: self.audio += Int64(self.random.next(below: 3000)) * 1_000_000
        case 4 where self.kind != .audioOnly:
            self.format = self.format % 3 + 1
            rig.packager.receive(MediaMaker.video(self.format), of: .picture)
        case 5: rig.pass(nanoseconds: 5_000_000_000)
        default: break
        }
    }
}
