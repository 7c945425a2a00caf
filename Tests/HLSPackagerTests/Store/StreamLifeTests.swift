import MediaTypes
import Primitives
import Synchronization
import Testing

@testable import HLSPackager

@Suite("Stream life")
struct StreamLifeTests {
    private func announce(_ rig: PackagerRig) {
        rig.packager.receive(MediaMaker.video(), of: .picture)
        rig.packager.receive(MediaMaker.audio(), of: .sound)
    }

    @Test("A publisher that comes back five times goes on with the numbers, each time after one discontinuity")
    func comesBack() {
        let rig = PackagerRig()
        for _ in 0..<5 {
            self.announce(rig)
            rig.play(seconds: 4)
            rig.packager.publishingEnded(.interrupted)
            rig.pass(nanoseconds: 20_000_000_000)
            rig.comeBack()
            rig.position = 0
        }
        let segments = rig.watch.all(.main)
        #expect(segments.map(\.sequence) == Array(0..<10))
        #expect(segments.map(\.discontinuity) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
        #expect(segments.map(\.initialisationNumber) == Array(repeating: 0, count: 10))
        #expect(rig.watch.latest?[.main]?.snapshot.hasEnded == false)
    }

    @Test("A stream whose publisher stays away ends after its grace time, and is forgotten when nobody can be watching")
    func ends() {
        for (end, grace) in [(MediaEnd.interrupted, Int64(60)), (.finished, 10)] {
            let rig = PackagerRig()
            self.announce(rig)
            rig.play(seconds: 4)
            rig.packager.publishingEnded(end)
            #expect(rig.watch.latest?[.main]?.snapshot.segments.allSatisfy(\.isComplete) == true)
            rig.pass(nanoseconds: grace * 1_000_000_000 - 1)
            #expect(rig.watch.latest?[.main]?.snapshot.hasEnded == false)
            rig.pass(nanoseconds: 1)
            #expect(rig.watch.latest?[.main]?.snapshot.hasEnded == true)
            // 4 s of playlist and 2 s of its last segment.
            rig.pass(nanoseconds: 5_990_000_000)
            #expect(!rig.watch.isOver)
            rig.pass(nanoseconds: 20_000_000)
            #expect(rig.watch.isOver)
            #expect(rig.stream.byteCount == 0)
            // And it can begin again.
            rig.comeBack()
            rig.position = 0
            self.announce(rig)
            rig.play(seconds: 3)
            #expect(rig.watch.all(.main).map(\.sequence) == [0, 1, 2, 3])
            #expect(rig.watch.all(.main).map(\.discontinuity) == [0, 0, 1, 1])
            #expect(!rig.watch.isOver)
        }
    }

    @Test("A stream that is awaited ends when it is not any more, however long after its grace time")
    func awaited() {
        let isAwaited = Atomic(true)
        let rig = PackagerRig(isAwaited: { isAwaited.load(ordering: .relaxed) })
        self.announce(rig)
        rig.play(seconds: 4)
        rig.packager.publishingEnded(.finished)
        for _ in 0..<1000 { rig.pass(nanoseconds: 7_000_000_000) }
        #expect(rig.watch.latest?[.main]?.snapshot.hasEnded == false && !rig.watch.isOver)
        rig.comeBack()
        rig.position = 0
        self.announce(rig)
        rig.play(seconds: 4)
        #expect(rig.watch.all(.main).map(\.sequence) == [0, 1, 2, 3])
        // Whoever took over is not ended by what comes of the one before.
        isAwaited.store(false, ordering: .relaxed)
        rig.pass(nanoseconds: 30_000_000_000)
        #expect(rig.watch.latest?[.main]?.snapshot.hasEnded == false)
        isAwaited.store(true, ordering: .relaxed)
        rig.packager.publishingEnded(.interrupted)
        rig.pass(nanoseconds: 3_600_000_000_000)
        #expect(rig.watch.latest?[.main]?.snapshot.hasEnded == false)
        isAwaited.store(false, ordering: .relaxed)
        rig.pass(nanoseconds: 5_000_000_000)
        #expect(rig.watch.latest?[.main]?.snapshot.hasEnded == true)
    }

    @Test("A stream is over when nothing is left of it, until it begins again")
    func over() {
        let count = Mutex(0)
        let stream = PackagedStream(limits: HLSLimits(), whenOver: { count.withLock { $0 += 1 } }, publish: { _ in })
        let now = MonotonicTime(nanoseconds: 1)
        let wallClock = WallClock(unixMilliseconds: 1)
        let first = stream.begin(now: now, wallClock: wallClock).publishing
        stream.suspend(publishing: first)
        #expect(stream.endIfAbandoned(publishing: first) != nil && !stream.isOver)
        stream.clearIfEnded(publishing: first, now: now)
        #expect(stream.isOver && count.withLock { $0 } == 1)
        let second = stream.begin(now: now, wallClock: wallClock).publishing
        #expect(!stream.isOver)
        stream.clearIfEnded(publishing: second, now: now)
        #expect(!stream.isOver && count.withLock { $0 } == 1)
    }

    @Test("What an ended show lists stays until the next has something, and can be read for as long after as ever")
    func beginsAnew() {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 4)
        rig.packager.publishingEnded(.finished)
        rig.pass(nanoseconds: 11_000_000_000)
        rig.comeBack()
        rig.position = 0
        // It is connected, and says nothing.
        rig.pass(nanoseconds: 3_000_000_000)
        #expect(rig.watch.latest?[.main]?.snapshot.segments.map(\.sequence) == [0, 1])
        self.announce(rig)
        // 4 s of playlist and 2 s of a segment are not over.
        rig.play(seconds: 5.5)
        #expect(rig.watch.latest?[.main]?.snapshot.segments.map(\.sequence).first == 2)
        #expect(rig.watch.latest?[.main]?.snapshot.removedSegments.map(\.sequence) == [0, 1])
    }

    @Test("A publisher that was replaced has no say any more")
    func takeover() {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 3)
        let old = rig.packager
        let count = rig.watch.snapshotCount
        rig.comeBack()
        for tick in 0..<200 as Range<Int64> {
            let payload = MediaMaker.payload(0)
            old.receive(MediaMaker.unit(.picture, at: 3_000_000_000 + tick * 33_333_333), payload: payload.span.bytes)
        }
        old.publishingEnded(.interrupted)
        #expect(rig.watch.snapshotCount == count)
        rig.pass(nanoseconds: 100_000_000_000)
        #expect(rig.watch.latest?[.main]?.snapshot.hasEnded == false)
    }

    @Test("After a restart the numbers go on from what was saved")
    func restart() {
        let first = PackagerRig()
        self.announce(first)
        first.play(seconds: 10)
        first.packager.publishingEnded(.interrupted)
        let state = first.stream.state
        let zeroAt = WallClock(unixMilliseconds: 1_700_000_001_000)
        #expect(state == StreamState(nextSequence: 5, nextInitialisation: 1, discontinuityCount: 0, zeroAt: zeroAt))
        let second = PackagerRig(state: state.resumed(margin: 1000))
        self.announce(second)
        second.play(seconds: 4)
        second.packager.publishingEnded(.interrupted)
        #expect(second.watch.all(.main).map(\.sequence) == [1005, 1006])
        #expect(second.watch.latest?[.main]?.snapshot.discontinuitySequence == 1001)
        #expect(StreamState().resumed(margin: 1000) == StreamState())
    }

    @Test("The window holds what was promised, and what leaves it stays for its duration and the longest playlist's")
    func window() {
        let rig = PackagerRig()
        self.announce(rig)
        rig.play(seconds: 60.1)
        let main = rig.watch.latest?[.main]?.snapshot
        #expect(main?.segments.filter(\.isComplete).count == 12)
        // 26 s of playlist (and its growing segment), and 2 s of its own.
        let removed = main?.removedSegments.count ?? 0
        #expect((13...15).contains(removed))
        #expect(main?.removedSegments.last?.sequence == (main?.segments.first?.sequence ?? 0) - 1)
    }

    @Test("Short segments are listed until there are three target durations of them")
    func shortSegments() {
        var limits = HLSLimits()
        limits.segmentTime = .milliseconds(500)
        let rig = PackagerRig(limits: limits)
        self.announce(rig)
        rig.play(seconds: 60, keyEvery: 15)
        let main = rig.watch.latest?[.main]?.snapshot
        let time = main?.segments.reduce(0) { $0 + $1.durationNanoseconds } ?? 0
        #expect((12_000_000_000...13_000_000_000).contains(time))
    }

    @Test("Discontinuities with nothing between leave what is listed, and are counted one by one")
    func discontinuitiesInARow() {
        let rig = PackagerRig()
        let second = TrackID(.audio, 1)
        self.announce(rig)
        rig.packager.receive(MediaMaker.audio(), of: second)
        for (timeline, tickCount) in [(0, 100), (1, 30), (2, 100)] as [(UInt32, Int64)] {
            // Of the second sound there is nothing in between.
            let tracks = timeline == 1 ? [TrackID.picture, .sound] : [.picture, .sound, second]
            for tick in 0..<tickCount {
                for track in tracks {
                    rig.give(MediaMaker.unit(track, at: tick * 40_000_000, isKey: tick % 50 == 0, timeline: timeline))
                }
            }
        }
        let (main, sound) = (rig.watch.latest?[.main]?.snapshot, rig.watch.latest?[.audio(1)]?.snapshot)
        #expect(main?.segments.map(\.discontinuityCount).filter { $0 > 0 } == [1, 1])
        #expect(sound?.segments.map(\.discontinuityCount).filter { $0 > 0 } == [2])
        #expect(sound?.segments.first?.sequence == 0 && sound?.discontinuitySequence == 0)
        #expect(rig.watch.all(.audio(1)).last?.discontinuity == 2)
    }

    @Test("No more tags stand in a row than a player can be asked to read")
    func discontinuityBound() {
        let latest = Mutex<RenditionSnapshot?>(nil)
        let show = WrittenShow(limits: HLSLimits()) { snapshot in latest.withLock { $0 = snapshot?[.main]?.snapshot } }
        show.begin()
        show.addSegments(2)
        for _ in 0..<5 { show.begin() }
        show.addSegments(1)
        #expect(latest.withLock { $0?.segments.map(\.discontinuityCount) } == [0, 0, 5])
        for _ in 0..<40 { show.begin() }
        show.addSegments(1)
        #expect(latest.withLock { $0?.segments.map(\.discontinuityCount) } == [0])
        #expect(latest.withLock { $0?.discontinuitySequence } == 46)
    }

    @Test("Discontinuities that leave the window are counted exactly then")
    func discontinuities() {
        let rig = PackagerRig()
        self.announce(rig)
        for timeline in 0..<20 as Range<UInt32> {
            rig.position = 0
            rig.play(seconds: 4, timeline: timeline)
        }
        // Each snapshot was checked: a segment's number never changed. Here, that they did leave.
        let main = rig.watch.latest?[.main]?.snapshot
        #expect(main?.discontinuitySequence ?? 0 > 10)
        #expect(rig.watch.all(.main).map(\.discontinuity) == rig.watch.all(.main).indices.map { $0 / 2 })
    }
}
