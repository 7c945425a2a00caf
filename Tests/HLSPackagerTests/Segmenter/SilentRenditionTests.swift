import MediaTypes
import Primitives
import Testing

@testable import HLSPackager

@Suite("Renditions that fall silent")
struct SilentRenditionTests {
    private static let second = TrackID(.audio, 1)

    private func announce(_ rig: PackagerRig) {
        rig.packager.receive(MediaMaker.video(), of: .picture)
        for track in [TrackID.sound, Self.second] { rig.packager.receive(MediaMaker.audio(), of: track) }
    }

    /// In steps of 20 ms: a picture every 40 ms, sound in each step, and the second sound where it is to be.
    private func play(
        _ rig: PackagerRig, _ milliseconds: Range<Int64>, hasSecond: Bool, afterEach: () -> Void = {}
    ) {
        for time in stride(from: milliseconds.lowerBound, to: milliseconds.upperBound, by: 20) {
            if time % 40 == 0 {
                rig.give(MediaMaker.unit(.picture, at: time * 1_000_000, isKey: time % 2000 == 0))
            }
            rig.give(MediaMaker.unit(.sound, at: time * 1_000_000))
            if hasSecond { rig.give(MediaMaker.unit(Self.second, at: time * 1_000_000)) }
            rig.pass(nanoseconds: 20_000_000)
            afterEach()
        }
    }

    private func length(_ rig: PackagerRig, _ id: RenditionID) -> Int64 {
        rig.watch.all(id).filter(\.isComplete).reduce(0) { $0 + $1.duration }
    }

    @Test("A second sound that stays away has segments of nothing, soon enough for who waits, and comes back")
    func secondSound() {
        let rig = PackagerRig()
        self.announce(rig)
        self.play(rig, 0..<5000, hasSecond: true)
        var behindMax: Int64 = 0
        self.play(rig, 5000..<25_000, hasSecond: false) {
            behindMax = max(behindMax, self.length(rig, .main) - self.length(rig, .audio(1)))
        }
        // Nobody has to wait for a segment longer than the target duration.
        #expect(behindMax > 0 && behindMax <= Int64(rig.stream.limits.targetDurationSeconds) * 1_000_000_000)
        let silent = rig.watch.all(.audio(1)).filter { $0.isComplete && $0.parts.isEmpty }
        #expect(silent.count >= 7 && silent.allSatisfy { $0.duration == 2_000_000_000 })
        self.play(rig, 25_000..<31_000, hasSecond: true)
        rig.packager.publishingEnded(.finished)
        for id in [RenditionID.main, .audio(1)] {
            rig.watch.checkDurations(id, hasPictures: id == .main)
            #expect(rig.watch.all(id).allSatisfy { !$0.isDiscontinuous })
        }
        #expect(abs(self.length(rig, .main) - self.length(rig, .audio(1))) <= 500_000_000)
        #expect(rig.watch.numbers(.audio(1), track: 0) == rig.given[Self.second])
        let sequences = rig.watch.all(.audio(1)).map(\.sequence)
        #expect(sequences == Array(sequences[0]..<(sequences[0] + sequences.count)))
    }

    @Test("One that is always late by more than a segment still has all its sound, and no segment of nothing")
    func late() {
        let rig = PackagerRig()
        self.announce(rig)
        for time in stride(from: Int64(0), to: 20_000, by: 20) {
            if time % 40 == 0 {
                rig.give(MediaMaker.unit(.picture, at: time * 1_000_000, isKey: time % 2000 == 0))
            }
            rig.give(MediaMaker.unit(.sound, at: time * 1_000_000))
            if time >= 2600 { rig.give(MediaMaker.unit(Self.second, at: (time - 2600) * 1_000_000)) }
        }
        rig.packager.publishingEnded(.finished)
        #expect(rig.watch.numbers(.audio(1), track: 0) == rig.given[Self.second])
        #expect(rig.watch.all(.audio(1)).allSatisfy { !$0.parts.isEmpty })
        rig.watch.checkDurations(.audio(1), hasPictures: false)
    }

    @Test("One that never had anything has no segments, for there is nothing to read them with")
    func never() {
        let rig = PackagerRig()
        self.announce(rig)
        self.play(rig, 0..<20_000, hasSecond: false)
        #expect(rig.watch.all(.audio(1)).isEmpty)
    }

    @Test("It follows over a discontinuity, with the same number as the others")
    func discontinuity() {
        let rig = PackagerRig()
        self.announce(rig)
        self.play(rig, 0..<5000, hasSecond: true)
        rig.packager.receive(MediaMaker.video(2), of: .picture)
        self.play(rig, 5000..<15_000, hasSecond: false)
        rig.packager.publishingEnded(.finished)
        #expect(rig.watch.all(.audio(1)).map(\.discontinuity).max() == 1)
        #expect(rig.watch.all(.audio(1)).filter(\.isDiscontinuous).count == 1)
    }

    @Test("When everything stops nothing is made up")
    func allStop() {
        let rig = PackagerRig()
        self.announce(rig)
        self.play(rig, 0..<5000, hasSecond: true)
        let count = rig.watch.snapshotCount
        rig.pass(nanoseconds: 30_000_000_000)
        #expect(rig.watch.snapshotCount == count)
    }
}
