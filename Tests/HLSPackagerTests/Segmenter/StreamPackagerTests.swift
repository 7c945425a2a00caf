import MediaTypes
import Primitives
import TestSupport
import Testing

@testable import HLSPackager

@Suite("Stream packager")
struct StreamPackagerTests {
    private func announce(_ rig: PackagerRig, video: UInt8 = 1) {
        rig.packager.receive(MediaMaker.video(video), of: .picture)
        rig.packager.receive(MediaMaker.audio(), of: .sound)
    }

    @Test("A regular stream makes regular segments, at once and not a unit late")
    func regular() {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 6.1)
        let segments = rig.watch.all(.main)
        #expect(segments.count == 4 || segments.count == 3)
        #expect(segments.prefix(3).map(\.duration) == [2_000_000_000, 2_000_000_000, 2_000_000_000])
        for segment in segments.prefix(3) {
            #expect(segment.parts.map(\.durationNanoseconds) == Array(repeating: 500_000_000, count: 4))
            #expect(segment.parts.map(\.isIndependent) == [true, false, false, false])
            #expect(segment.isComplete && !segment.isDiscontinuous)
        }
        // All sound of a part's time is in that part.
        for segment in segments {
            for (part, samples) in zip(segment.parts, segment.samples) where part.durationNanoseconds == 500_000_000 {
                #expect(samples.filter { $0.sample.trackIndex == 0 }.count == 15)
                #expect((23...24).contains(samples.filter { $0.sample.trackIndex == 1 }.count))
            }
        }
        let starts = segments.prefix(3).map(\.startsAt.unixMilliseconds)
        #expect(starts == [1_700_000_001_000, 1_700_000_003_000, 1_700_000_005_000])
    }

    @Test("Without sound the stream begins a second later, and nothing of that second is lost")
    func videoOnly() {
        let rig = PackagerRig()
        rig.packager.receive(MediaMaker.video(), of: .picture)
        rig.play(seconds: 0.9, hasAudio: false)
        #expect(rig.watch.snapshotCount == 0)
        rig.play(from: 900_000_000, seconds: 2, hasAudio: false)
        rig.packager.publishingEnded(.finished)
        #expect(rig.watch.numbers(.main, track: 0) == rig.given[.picture])
    }

    @Test("Sound that comes after the stream began makes a discontinuity and another initialisation section")
    func lateSound() {
        let rig = PackagerRig()
        rig.packager.receive(MediaMaker.video(), of: .picture)
        rig.play(seconds: 4, hasAudio: false)
        rig.packager.receive(MediaMaker.audio(), of: .sound)
        rig.play(from: 4_000_000_000, seconds: 4)
        rig.packager.publishingEnded(.finished)
        let segments = rig.watch.all(.main)
        #expect(segments.map(\.isDiscontinuous) == [false, false, true, false])
        #expect(segments.map(\.initialisationNumber) == [0, 0, 1, 1])
        #expect(rig.watch.numbers(.main, track: 0) == rig.given[.picture])
        #expect(rig.watch.numbers(.main, track: 1) == rig.given[.sound])
    }

    @Test("A new format is a discontinuity; the same format told again is nothing")
    func formats() {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 4)
        self.announce(rig)
        rig.play(from: 4_000_000_000, seconds: 4)
        self.announce(rig, video: 2)
        rig.play(from: 8_000_000_000, seconds: 4)
        rig.packager.publishingEnded(.finished)
        #expect(rig.watch.all(.main).map(\.isDiscontinuous) == [false, false, false, false, true, false])
        #expect(rig.watch.all(.main).map(\.initialisationNumber) == [0, 0, 0, 0, 1, 1])
    }

    @Test("Further pictures are muxed with the sound, further sounds are alone, and all have the same discontinuities")
    func ladder() {
        let rig = PackagerRig()
        let (small, second) = (TrackID(.video, 1), TrackID(.audio, 1))
        for track in [TrackID.picture, small] { rig.packager.receive(MediaMaker.video(), of: track) }
        for track in [TrackID.sound, second] { rig.packager.receive(MediaMaker.audio(), of: track) }
        for timeline in 0..<2 as Range<UInt32> {
            for tick in 0..<100 as Range<Int64> {
                for track in [TrackID.picture, small, .sound, second] {
                    rig.give(MediaMaker.unit(track, at: tick * 40_000_000, isKey: tick % 50 == 0, timeline: timeline))
                }
            }
        }
        rig.packager.publishingEnded(.finished)
        let ids: [RenditionID] = [.main, .video(1), .audio(1)]
        #expect(rig.watch.latest?.renditions.map(\.id) == ids)
        for id in ids { #expect(rig.watch.all(id).map(\.discontinuity) == [0, 0, 1, 1]) }
        #expect(rig.watch.numbers(.video(1), track: 0) == rig.given[small])
        #expect(rig.watch.numbers(.video(1), track: 1) == rig.given[.sound])
        #expect(rig.watch.numbers(.audio(1), track: 0) == rig.given[second])
        #expect(rig.watch.latest?[.main]?.tracks.map(\.timescale) == [90_000, 48_000])
    }

    @Test("A further track that joins disturbs nobody")
    func joins() {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 4)
        let second = TrackID(.audio, 1)
        rig.packager.receive(MediaMaker.audio(), of: second)
        for tick in 0..<200 as Range<Int64> { rig.give(MediaMaker.unit(second, at: 4_000_000_000 + tick * 21_333_333)) }
        rig.packager.publishingEnded(.finished)
        #expect(rig.watch.all(.main).allSatisfy { !$0.isDiscontinuous })
        #expect(rig.watch.all(.audio(1)).first?.sequence ?? 0 >= 2)
        #expect(rig.watch.numbers(.audio(1), track: 0) == rig.given[second])
    }

    @Test("Tracks that are announced together after the stream began lose nothing", arguments: [false, true])
    func joinTogether(_ isLower: Bool) {
        let rig = PackagerRig()
        let (first, second) = isLower ? (TrackID(.video, 1), TrackID.picture) : (.picture, TrackID(.video, 1))
        rig.packager.receive(MediaMaker.video(1), of: first)
        for tick in 0..<100 as Range<Int64> { rig.give(MediaMaker.unit(first, at: tick * 40_000_000)) }
        rig.packager.receive(MediaMaker.audio(tag: 1), of: TrackID(.audio, 1))
        rig.packager.receive(MediaMaker.video(2), of: second)
        rig.packager.receive(MediaMaker.audio(tag: 2), of: .sound)
        for tick in 100..<200 as Range<Int64> {
            for track in [first, second, .sound, TrackID(.audio, 1)] {
                rig.give(MediaMaker.unit(track, at: tick * 40_000_000))
            }
        }
        rig.packager.publishingEnded(.finished)
        let latest = rig.watch.latest
        #expect(latest?[.main]?.tracks.count == 2 && latest?[.video(1)]?.tracks.count == 2)
        #expect(rig.watch.numbers(.main, track: 1) == rig.given[.sound])
        #expect(rig.watch.numbers(.video(1), track: 1) == rig.given[.sound])
        let pictures = rig.watch.numbers(.main, track: 0) + rig.watch.numbers(.video(1), track: 0)
        #expect(pictures.sorted() == ((rig.given[first] ?? []) + (rig.given[second] ?? [])).sorted())
        #expect(rig.watch.numbers(.audio(1), track: 0) == rig.given[TrackID(.audio, 1)])
        #expect(rig.packager.lostSampleCount == 0)
    }

    @Test("A muxer that fails loses what it refused, and a discontinuity follows; one that always fails ends")
    func failing() {
        var isAlways = false
        let rig = PackagerRig { (tracks: [MuxedTrack]) throws(MuxerError) in
            let muxer = RecordingMuxer()
            muxer.failsAtSample = isAlways ? 1 : 300
            return muxer
        }
        self.announce(rig)
        rig.play(seconds: 6)
        #expect(rig.packager.lastFailure == MuxerError("refused", "as told"))
        #expect(rig.packager.lostSampleCount > 0 && rig.packager.lostSampleCount < 60)
        #expect(rig.watch.all(.main).contains { $0.isDiscontinuous })
        isAlways = true
        rig.play(from: 6_000_000_000, seconds: 6)
        #expect(rig.watch.latest?[.main]?.snapshot.hasEnded == true)
    }

    @Test("A sample that a muxer refuses costs that sample only")
    func refused() {
        let rig = PackagerRig { (_: [MuxedTrack]) throws(MuxerError) in
            let muxer = RecordingMuxer()
            muxer.failsAtSample = 100
            muxer.remedy = .dropSample
            return muxer
        }
        self.announce(rig)
        rig.play(seconds: 6)
        rig.packager.publishingEnded(.finished)
        #expect(rig.packager.lostSampleCount == 1)
        #expect(rig.watch.all(.main).allSatisfy { !$0.isDiscontinuous })
        let count = rig.watch.numbers(.main, track: 0).count + rig.watch.numbers(.main, track: 1).count
        #expect(count == (rig.given[.picture]?.count ?? 0) + (rig.given[.sound]?.count ?? 0) - 1)
    }

    @Test("A picture that stands still while sound goes on makes parts of sound, and comes back with a segment")
    func freeze() {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 2)
        for block in 0..<100 as Range<Int64> {
            rig.give(MediaMaker.unit(.sound, at: 2_000_000_000 + block * 21_333_333))
        }
        rig.play(from: 4_200_000_000, seconds: 2)
        rig.packager.publishingEnded(.finished)
        rig.watch.checkDurations(.main, hasPictures: true)
        rig.watch.checkOrder(.main, trackCount: 2)
        #expect(rig.watch.numbers(.main, track: 0) == rig.given[.picture])
        #expect(rig.watch.numbers(.main, track: 1) == rig.given[.sound])
        #expect(rig.watch.all(.main).allSatisfy { !$0.isDiscontinuous })
    }

    @Test("Sound that was announced and never comes, or is always late, holds nothing up for longer than it may")
    func tardySound() {
        for lateness in [nil, 400_000_000] as [Int64?] {
            let rig = PackagerRig()
            self.announce(rig)
            for tick in 0..<300 as Range<Int64> {
                let time = tick * 40_000_000
                rig.give(MediaMaker.unit(.picture, at: time, isKey: tick % 50 == 0))
                if let lateness, time >= lateness { rig.give(MediaMaker.unit(.sound, at: time - lateness)) }
            }
            // Of twelve seconds all is there but the open part and what sound is waited for.
            let time = rig.watch.all(.main).reduce(0) { $0 + $1.duration }
            #expect(time >= 11_000_000_000)
            rig.packager.publishingEnded(.finished)
            rig.watch.checkDurations(.main, hasPictures: true)
            #expect(rig.watch.numbers(.main, track: 0) == rig.given[.picture])
            #expect(rig.watch.numbers(.main, track: 1) == rig.given[.sound] ?? [])
        }
    }
}
