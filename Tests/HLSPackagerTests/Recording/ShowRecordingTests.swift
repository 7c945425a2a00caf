import Foundation
import Primitives
import Reactor
import Testing

@testable import HLSPackager

@Suite("Recordings of shows")
struct ShowRecordingTests {
    private static func event(_ rig: RecordingRig, since: WallClock?) -> [String]? {
        guard case .found(let playlist) = rig.recordings.playlist(.main, .event, of: "Show 1", since: since) else {
            return nil
        }
        return String(decoding: playlist.plain.copyBytes(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static func has(_ rig: RecordingRig, _ sequence: Int, since: WallClock?) -> Bool {
        let name = MediaName.segment(.main, sequence: sequence, .fragmentedMP4)
        if case .found = rig.recordings.body(name, of: "Show 1", since: since) { return true }
        return false
    }

    private static func earlier(_ time: WallClock, seconds: Int64) -> WallClock {
        WallClock(unixMilliseconds: time.unixMilliseconds - seconds * 1000)
    }

    @Test("a rehearsal that goes over into the show is cut there, however late that is told, and is nobody's")
    func cut() throws {
        let rig = try RecordingRig()
        rig.begin()
        rig.add(count: 20)
        let since = Self.earlier(rig.date, seconds: 4)
        rig.recordings.beginShow(of: "Show 1", since: since)
        // Told again, which changes nothing.
        rig.recordings.beginShow(of: "Show 1", since: since)
        rig.add(count: 3)
        #expect(rig.flush())
        #expect(Self.event(rig, since: since)?.segmentNames == (20..<23).map { "main/\($0).m4s" })
        #expect(Self.has(rig, 20, since: since) && !Self.has(rig, 19, since: since) && !Self.has(rig, 0, since: since))
        #expect(Self.has(rig, 0, since: nil))
        guard case .unfinished = rig.recordings.multivariant(.recording, of: "Show 1", since: since) else {
            Issue.record("a replay of a show that goes on")
            return
        }
        rig.end()
        #expect(rig.flush())
        guard case .found(let playlist) = rig.recordings.playlist(.main, .recording, of: "Show 1", since: since) else {
            Issue.record("no replay")
            return
        }
        let lines = String(decoding: playlist.plain.copyBytes(), as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(rig.faults(lines) == [] && lines.segmentNames.first == "main/20.m4s")
    }

    @Test("who publishes shortly before the show begins is recorded as one, and so is who comes back later")
    func notCut() throws {
        let rig = try RecordingRig()
        rig.begin()
        rig.add(count: 5)
        let since = rig.date
        rig.recordings.beginShow(of: "Show 1", since: since)
        rig.add(count: 20)
        rig.recordings.beginShow(of: "Show 1", since: since)
        rig.add(count: 3)
        #expect(rig.flush())
        #expect(Self.event(rig, since: since)?.segmentNames.count == 28)
        // The next process is told anew.
        let again = try rig.restarted()
        again.recordings.beginShow(of: "Show 1", since: since)
        again.begin()
        again.add(count: 3)
        #expect(again.flush())
        #expect(Self.event(again, since: since)?.segmentNames.count == 31)
    }

    @Test("a process that was away when the show began cuts what an earlier one has left of the rehearsal")
    func cutLater() throws {
        let rig = try RecordingRig()
        rig.begin()
        rig.add(count: 20)
        #expect(rig.flush())
        let again = try rig.restarted()
        again.recordings.beginShow(of: "Show 1", since: rig.date)
        again.begin()
        again.add(count: 3)
        #expect(again.flush())
        #expect(again.lines(.event)?.segmentNames == (120..<123).map { "main/\($0).m4s" })
        #expect(again.lines(.recording)?.segmentNames.count == 20)
    }

    @Test("what an earlier process has left ends at once when the show is over, and not while its publisher is awaited")
    func left() throws {
        let rig = try RecordingRig()
        rig.begin()
        rig.add(count: 3)
        #expect(rig.flush())
        // Its time is over at once, and neither that nor the end of a process is the end of the show.
        let again = try RecordingRig(
            disk: TestDisk(copyOf: rig.disk), state: rig.stream.state.resumed(margin: 100),
            graceTime: { _ in .seconds(0) })
        for seconds in [1, 61, 3600, 7200] as [Int64] {
            again.recordings.maintain(now: .now + .seconds(seconds), isAwaited: { $0 == "Show 1" })
            #expect(again.flush())
            #expect(again.lines(.recording) == nil)
        }
        again.recordings.endIfAbandoned("Show 2")
        #expect(again.flush())
        #expect(again.lines(.recording) == nil)
        again.recordings.endIfAbandoned("Show 1")
        #expect(again.flush())
        #expect(again.lines(.recording)?.last == "#EXT-X-ENDLIST")
        // Who is there already is not ended by it.
        let third = try rig.copied()
        third.begin()
        third.add(count: 1)
        third.recordings.endIfAbandoned("Show 1")
        #expect(third.flush())
        #expect(third.lines(.recording) == nil && third.lines(.event)?.segmentNames.count == 4)
    }

    private static func whole(_ rig: RecordingRig, since: WallClock) -> [String]? {
        guard case .found(let list) = rig.recordings.playlist(.main, .recording, of: "Show 1", since: since) else {
            return nil
        }
        return String(decoding: list.plain.copyBytes(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Somebody says that the show is over, and the publisher is sent away.
    private static func end(_ rig: RecordingRig) {
        rig.recordings.endIfAbandoned("Show 1")
        rig.end()
        #expect(rig.flush())
    }

    /// The show goes on, and its publisher is back.
    private static func goOn(_ rig: RecordingRig, since: WallClock, count: Int) {
        rig.recordings.beginShow(of: "Show 1", since: since)
        rig.begin()
        rig.add(count: count)
        #expect(rig.flush())
    }

    @Test("a show that is ended and opened again has one recording, in the next process too")
    func reopened() throws {
        let rig = try RecordingRig()
        let since = rig.date
        Self.goOn(rig, since: since, count: 5)
        Self.end(rig)
        #expect(Self.whole(rig, since: since)?.segmentNames.count == 5)
        Self.goOn(rig, since: since, count: 3)
        let event = try #require(Self.event(rig, since: since))
        #expect(event.segmentNames == (0..<8).map { "main/\($0).m4s" } && rig.faults(event) == [])
        #expect(event.count { $0 == "#EXT-X-DISCONTINUITY" } == 1 && event.last?.hasPrefix("#") == false)
        #expect(Self.whole(rig, since: since) == nil)
        #expect(try rig.copied().lines(.event) == event)
        Self.end(rig)
        #expect(Self.whole(rig, since: since)?.segmentNames.count == 8)
        let again = try rig.restarted()
        #expect(Self.whole(again, since: since)?.segmentNames.count == 8)
        Self.goOn(again, since: since, count: 2)
        Self.end(again)
        let whole = try #require(Self.whole(again, since: since))
        #expect(whole.segmentNames == (0..<8).map { "main/\($0).m4s" } + ["main/108.m4s", "main/109.m4s"])
        #expect(whole.count { $0 == "#EXT-X-DISCONTINUITY" } == 2 && again.faults(whole) == [])
        #expect(again.recordings.figures.storedShowCount == 1 && again.recordings.figures.lostSegmentCount == 0)
        #expect(again.events == ["recording reopened", "recording finished"])
    }

    @Test("another show does not go on with what was recorded of one before it, nor a show with its rehearsal")
    func notReopened() throws {
        let rig = try RecordingRig()
        let first = rig.date
        Self.goOn(rig, since: first, count: 3)
        Self.end(rig)
        // Somebody publishes of whose show nothing is known.
        rig.begin()
        rig.add(count: 20)
        #expect(rig.flush())
        let second = rig.date
        Self.goOn(rig, since: second, count: 3)
        Self.end(rig)
        #expect(rig.recordings.figures.storedShowCount == 3)
        #expect(Self.whole(rig, since: second)?.segmentNames == (23..<26).map { "main/\($0).m4s" })
    }

    @Test("a show of which nothing more was written for too long goes on behind a discontinuity")
    func hopeless() throws {
        var limits = RecordingLimits()
        (limits.lostSegmentCountMax, limits.retryTimeMin, limits.retryTimeMax) = (2, .nanoseconds(0), .nanoseconds(0))
        let rig = try RecordingRig(limits: limits)
        let since = rig.date
        Self.goOn(rig, since: since, count: 3)
        rig.disk.setFaults { $0.failsAfter = 0 }
        for _ in 0..<3 {
            rig.add()
            #expect(rig.flush())
        }
        rig.disk.setFaults { $0.failsAfter = nil }
        rig.add(count: 2)
        Self.end(rig)
        let whole = try #require(Self.whole(rig, since: since))
        #expect(whole.segmentNames == [0, 1, 2, 6, 7].map { "main/\($0).m4s" } && rig.faults(whole) == [])
        #expect(whole.count { $0 == "#EXT-X-DISCONTINUITY" } == 1)
        #expect(try rig.restarted().lines(.recording) == whole)
    }

    @Test("what waits for the disk when the show is over is of its recording all the same")
    func queued() throws {
        let rig = try RecordingRig()
        let since = rig.date
        Self.goOn(rig, since: since, count: 3)
        Self.end(rig)
        let disk = DispatchSemaphore(value: 0)
        for _ in 0..<2 { #expect(rig.pool.submit { disk.wait() }) }
        rig.recordings.beginShow(of: "Show 1", since: since)
        rig.begin()
        rig.add(count: 3)
        rig.recordings.endIfAbandoned("Show 1")
        for _ in 0..<2 { disk.signal() }
        rig.end()
        #expect(rig.flush())
        #expect(Self.whole(rig, since: since)?.segmentNames.count == 6)
    }

    @Test("of a show that needs several recordings most is shown when it is over, and none before")
    func several() throws {
        var limits = RecordingLimits()
        (limits.keyCountMax, limits.retryTimeMin, limits.retryTimeMax) = (4, .nanoseconds(0), .nanoseconds(0))
        let rig = try RecordingRig(limits: limits, keySegmentCount: 1)
        let since = rig.date
        rig.recordings.beginShow(of: "Show 1", since: since)
        rig.begin()
        for _ in 0..<7 {
            rig.add()
            #expect(rig.flush())
        }
        #expect(Self.whole(rig, since: since) == nil)
        Self.end(rig)
        #expect(rig.recordings.figures.storedShowCount == 2)
        #expect(Self.whole(rig, since: since)?.segmentNames == (0..<4).map { "main/\($0).m4s" })
    }

    @Test("what an earlier process has left goes on if it was interrupted not too long ago for its stream")
    func resumed() throws {
        let rig = try RecordingRig()
        rig.begin()
        rig.add(count: 3)
        #expect(rig.flush())
        for (seconds, goesOn) in [(Int64(3500), true), (3700, false)] {
            let again = try RecordingRig(
                disk: TestDisk(copyOf: rig.disk), resumeTime: { $0 == "Show 1" ? .seconds(3600) : .seconds(0) },
                startsLater: .seconds(seconds))
            #expect((again.lines(.recording) == nil) == goesOn)
        }
    }

    @Test("what an earlier process has left waits as long as its stream does")
    func grace() throws {
        let rig = try RecordingRig()
        rig.begin()
        rig.add(count: 3)
        #expect(rig.flush())
        for (seconds, isOver) in [(Int64(599), false), (601, true)] {
            let again = try RecordingRig(
                disk: TestDisk(copyOf: rig.disk), graceTime: { $0 == "Show 1" ? .seconds(600) : .seconds(1) })
            again.recordings.maintain(now: .now + .seconds(seconds))
            #expect(again.flush())
            #expect((again.lines(.recording) != nil) == isOver)
        }
    }
}
