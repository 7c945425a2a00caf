import MediaTypes
import Primitives
import Testing

@testable import HLSPackager

/// What players need when a publisher comes back: GStreamer stands still while times go back, libavformat reads one
/// initialisation section, hls.js takes a hinted part for one more of the old timeline.
@Suite("Publishers that come back")
struct ReconnectTests {
    private static func video(_ configuration: [UInt8]) -> TrackFormat {
        .video(VideoFormat(codec: .h264, configuration: configuration))
    }

    /// One sequence set and one picture set, which the tag tells from others.
    private static func record(_ tag: UInt8) -> [UInt8] {
        [1, 0x42, 0, 0x1e, 0xff, 0xe1, 0, 2, 0x67, tag, 1, 0, 2, 0x68, tag]
    }

    private func announce(_ rig: PackagerRig, _ configuration: [UInt8] = Self.record(1)) {
        rig.packager.receive(Self.video(configuration), of: .picture)
        rig.packager.receive(MediaMaker.audio(), of: .sound)
    }

    private func comeBack(_ rig: PackagerRig) {
        rig.comeBack()
        rig.position = 0
    }

    private func decodeSeconds(_ rig: PackagerRig, track: Int = 0) -> [Double] {
        let ticksPerSecond = track == 0 ? 90_000.0 : 48_000
        return rig.watch.samples(.main, track: track).map { Double($0.sample.decodeTicks) / ticksPerSecond }
    }

    @Test("Times of the next publishing go on as much later as it really is", arguments: [3, 20])
    func goesOn(_ absence: Double) throws {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 4)
        rig.packager.publishingEnded(.interrupted)
        rig.pass(nanoseconds: Int64(absence * 1e9))
        self.comeBack(rig)
        self.announce(rig)
        rig.play(seconds: 4)
        for track in [0, 1] {
            let times = self.decodeSeconds(rig, track: track)
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
            let gap = try #require(zip(times, times.dropFirst()).map { $1 - $0 }.max())
            #expect(abs(gap - absence) < 0.1)
        }
    }

    @Test("Times do not go back after media that came faster than it is played, nor with a new timeline")
    func neverBack() {
        let rig = PackagerRig()
        self.announce(rig)
        for frame in 0..<600 as Range<Int64> {
            rig.give(MediaMaker.unit(.sound, at: frame * 33_333_333))
            rig.give(MediaMaker.unit(.picture, at: frame * 33_333_333, isKey: frame % 60 == 0))
        }
        rig.packager.publishingEnded(.interrupted)
        self.comeBack(rig)
        self.announce(rig)
        rig.play(seconds: 3)
        rig.position = 0
        rig.play(seconds: 3, timeline: 1)
        let times = self.decodeSeconds(rig)
        #expect(times.count > 600)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("Times go on over a restart as much later as it really is, and never back", arguments: [0.7, 20])
    func restart(_ absence: Double) throws {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 4)
        rig.packager.publishingEnded(.interrupted)
        let next = self.restarted(rig, after: absence)
        next.play(seconds: 4)
        for track in [0, 1] {
            let last = try #require(self.decodeSeconds(rig, track: track).last)
            let first = try #require(self.decodeSeconds(next, track: track).first)
            #expect(abs(first - last - absence) < 0.1)
        }
        // What came ahead of the clock counts as well, and a second restart knows of the first.
        for frame in 0..<900 as Range<Int64> {
            next.give(MediaMaker.unit(.sound, at: 5_000_000_000 + frame * 33_333_333))
            next.give(MediaMaker.unit(.picture, at: 5_000_000_000 + frame * 33_333_333, isKey: frame % 60 == 0))
        }
        let third = self.restarted(next, after: absence)
        third.play(seconds: 2)
        let last = try #require(self.decodeSeconds(next).last)
        let first = try #require(self.decodeSeconds(third).first)
        // The part that was being made has gone with the process.
        #expect(last > 30 && first > last && first - last < absence + 0.6)
    }

    /// The packager of the next process, with what this one has saved.
    private func restarted(_ rig: PackagerRig, after absence: Double) -> PackagerRig {
        let state = rig.stream.state.resumed(margin: 10)
        let next = PackagerRig(state: state, startsAt: rig.time + Int64(absence * 1e9))
        self.announce(next)
        return next
    }

    @Test("A clock that was set back, or leapt, begins times anew")
    func clockLeaps() throws {
        for zeroAt in [1_700_000_002_000, 1, 0] as [Int64] {
            let rig = PackagerRig(state: StreamState(nextSequence: 1, zeroAt: WallClock(unixMilliseconds: zeroAt)))
            self.announce(rig)
            rig.play(seconds: 4)
            #expect(self.decodeSeconds(rig).first == 10)
            #expect(rig.stream.state.zeroAt == WallClock(unixMilliseconds: 1_700_000_001_000))
        }
    }

    @Test("The first picture after a restart carries parameter sets: nobody knows what was before")
    func parameterSetsAfterRestart() {
        for (zeroAt, isCarried) in [(nil, false), (WallClock(unixMilliseconds: 1_700_000_000_000), true)] {
            let rig = PackagerRig(state: StreamState(nextSequence: 1, zeroAt: zeroAt))
            self.announce(rig)
            rig.play(seconds: 3)
            let counts = rig.watch.samples(.main, track: 0).map(\.payload.count)
            #expect(counts.first.map { $0 > 16 } == isCarried && counts.dropFirst().allSatisfy { $0 == 16 })
        }
    }

    @Test("The first picture of another format carries its parameter sets, and no other does")
    func parameterSets() {
        let rig = PackagerRig()
        for tag in [1, 1, 2, 1] as [UInt8] {
            self.announce(rig, Self.record(tag))
            rig.play(seconds: 3)
            rig.packager.publishingEnded(.interrupted)
            self.comeBack(rig)
        }
        let sets = rig.watch.samples(.main, track: 0).map { $0.payload.count > 16 ? Array($0.payload.prefix(12)) : [] }
        let carried = sets.indices.filter { !sets[$0].isEmpty }
        #expect(carried == [180, 270])
        #expect(carried.map { sets[$0] } == ([2, 1] as [UInt8]).map { [0, 0, 0, 2, 0x67, $0, 0, 0, 0, 2, 0x68, $0] })
    }

    @Test("Parameter sets stand behind the delimiter of the picture")
    func delimiter() throws {
        let record = Self.record(7)
        let sets = try #require(RepeatedParameterSets(VideoFormat(codec: .h264, configuration: record)))
        let written: [UInt8] = [0, 0, 0, 2, 0x67, 7, 0, 0, 0, 2, 0x68, 7]
        let (delimiter, slice): ([UInt8], [UInt8]) = ([0, 0, 0, 2, 9, 0xf0], [0, 0, 0, 3, 0x65, 1, 2])
        #expect(sets.put(into: delimiter + slice).bytes == delimiter + written + slice)
        #expect(sets.put(into: slice).bytes == written + slice)
        #expect(sets.put(into: delimiter).bytes == delimiter + written)
        // What says that it is longer than it is.
        for broken in [[], [0, 0, 0], [0, 0, 0, 9, 9, 1], [255, 255, 255, 255, 9]] as [[UInt8]] {
            #expect(sets.put(into: broken).bytes == written + broken)
        }
        for (codec, configuration) in [(.av1, record), (.vp9, record), (.h264, []), (.hevc, [1])]
            as [(VideoCodec, [UInt8])]
        {
            #expect(RepeatedParameterSets(VideoFormat(codec: codec, configuration: configuration)) == nil)
        }
    }

    private static let second = TrackID(.audio, 1)

    /// A publishing with a second sound, and the next one, which begins without it.
    private func comeBackWithout(_ seconds: Double) -> PackagerRig {
        let rig = PackagerRig()
        self.announce(rig)
        rig.packager.receive(MediaMaker.audio(), of: Self.second)
        for tick in 0..<100 as Range<Int64> {
            for track in [TrackID.picture, .sound, Self.second] {
                rig.give(MediaMaker.unit(track, at: tick * 40_000_000, isKey: tick % 50 == 0))
            }
        }
        rig.packager.publishingEnded(.interrupted)
        self.comeBack(rig)
        self.announce(rig)
        rig.play(seconds: seconds)
        return rig
    }

    @Test("A rendition whose track is announced late is waited for, and never ended", arguments: [0.5, 3])
    func lateTrack(_ lateness: Double) {
        let rig = self.comeBackWithout(lateness)
        let start = Int64(lateness * 1e9)
        #expect(rig.watch.latest?.renditions.map(\.snapshot.hasEnded) == [false, false])
        #expect(rig.watch.latest?[.audio(1)]?.snapshot.isInterrupted == true)
        #expect(rig.watch.latest?[.audio(1)]?.snapshot.isAway == (lateness > 1))
        rig.packager.receive(MediaMaker.audio(), of: Self.second)
        for tick in 0..<100 as Range<Int64> {
            for track in [TrackID.picture, .sound, Self.second] {
                rig.give(MediaMaker.unit(track, at: start + tick * 40_000_000, isKey: tick % 50 == 0))
            }
        }
        rig.packager.publishingEnded(.interrupted)
        #expect(rig.watch.latest?.renditions.map(\.snapshot.hasEnded) == [false, false])
        #expect(rig.watch.latest?[.audio(1)]?.snapshot.isAway == false)
        #expect(rig.watch.numbers(.audio(1), track: 0) == rig.given[Self.second])
    }

    @Test("A rendition whose track stays away ends when a publisher who stays away would have")
    func goneTrack() {
        let rig = self.comeBackWithout(60)
        #expect(rig.watch.latest?[.audio(1)]?.snapshot.hasEnded == false)
        rig.play(from: 60_000_000_000, seconds: 2)
        #expect(rig.watch.latest?[.audio(1)]?.snapshot.hasEnded == true)
        #expect(rig.watch.latest?[.main]?.snapshot.hasEnded == false)
    }

    @Test("Nothing is hinted at from when the publisher is lost until there is something of the next")
    func hints() {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 3)
        #expect(rig.watch.latest?[.main]?.snapshot.isInterrupted == false)
        rig.packager.publishingEnded(.interrupted)
        #expect(rig.watch.latest?[.main]?.snapshot.isInterrupted == true)
        self.comeBack(rig)
        self.announce(rig)
        rig.play(seconds: 0.2)
        #expect(rig.watch.latest?[.main]?.snapshot.isInterrupted == true)
        rig.position = 0
        rig.play(from: 200_000_000, seconds: 2)
        #expect(rig.watch.latest?[.main]?.snapshot.isInterrupted == false)
        #expect(rig.watch.latest?[.main]?.snapshot.segments.last?.isDiscontinuous == true)
    }
}
