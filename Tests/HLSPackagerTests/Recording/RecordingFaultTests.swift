import Glibc
import Observability
import Primitives
import Reactor
import TestSupport
import Testing

@testable import HLSPackager

@Suite("Recording: faults")
struct RecordingFaultTests {
    private static var impatient: RecordingLimits {
        var limits = RecordingLimits()
        (limits.retryTimeMin, limits.retryTimeMax) = (.nanoseconds(0), .nanoseconds(0))
        return limits
    }

    @Test("A full disk stops the recording, and only that; with room again it goes on after a gap")
    func full() throws {
        let rig = try RecordingRig(limits: Self.impatient)
        rig.begin()
        rig.add(count: 3)
        #expect(rig.flush())
        let before = try #require(rig.lines(.event))
        rig.disk.setFaults { $0.room = 5000 }
        for _ in 0..<5 {
            rig.add()
            #expect(rig.flush())
        }
        let full = try #require(rig.lines(.event))
        #expect(full.segmentNames.count == 4)
        #expect(rig.faults(full) == [])
        rig.disk.setFaults { $0.room = nil }
        rig.add(count: 2)
        #expect(rig.flush())
        rig.end()
        #expect(rig.flush())
        let lines = try #require(rig.lines(.event))
        #expect(lines.starts(with: before))
        #expect(lines.count { $0 == "#EXT-X-GAP" } == 4)
        #expect(lines.count { $0.hasPrefix("#EXTINF") } == 10)
        #expect(rig.faults(lines) == [])
        #expect(rig.events.count { $0 == "recording stopped" } == 1)
        #expect(rig.events.count { $0 == "recording resumed" } == 1)
        #expect(rig.log.lines.contains { $0.contains("\"reason\":\"disk-full\"") })
        #expect(rig.recordings.figures.failures.map(\.reason.description) == ["disk-full"])
        #expect(rig.recordings.figures.lostSegmentCount == 4)
        // All of it is in the stream all the same.
        #expect(rig.stream.state.nextSequence == 10)
        let again = try rig.restarted()
        #expect(again.lines(.recording) == rig.lines(.recording))
        #expect(again.faults(try #require(again.lines(.recording))) == [])
    }

    @Test("Whichever call fails, nothing that is listed is torn, now or after a restart", arguments: 0..<24)
    func failures(after count: Int) throws {
        for error in [ENOSPC, EIO] {
            let rig = try RecordingRig(limits: Self.impatient)
            rig.disk.setFaults { faults in
                (faults.failsAfter, faults.error, faults.pieceMax) = (count, error, 1500)
                faults.failing = ["write", "sync", "create", "makeDirectory", "rename"]
            }
            rig.begin()
            for _ in 0..<4 {
                rig.add()
                #expect(rig.flush())
                if let lines = rig.lines(.event) { #expect(rig.faults(lines) == []) }
            }
            let dead = try rig.copied()
            if let lines = dead.lines(.event) { #expect(dead.faults(lines) == []) }
            rig.disk.setFaults { $0.failsAfter = nil }
            rig.add(count: 3)
            rig.end()
            #expect(rig.flush())
            let lines = try #require(rig.lines(.recording))
            #expect(lines.segmentNames.suffix(3) == ["main/4.m4s", "main/5.m4s", "main/6.m4s"])
            #expect(rig.faults(lines) == [])
            let again = try rig.restarted()
            #expect(again.lines(.recording) == lines)
            #expect(again.faults(lines) == [])
        }
    }

    @Test("Lines whose sync failed never name what was written over their media, whatever of them is on the disk")
    func journalInDoubt() throws {
        var random = SplitMix(seed: 11)
        for _ in 0..<20 {
            let rig = try RecordingRig(limits: Self.impatient)
            rig.begin()
            rig.add(count: 3)
            #expect(rig.flush())
            // The journal's.
            rig.disk.setFaults { ($0.failing, $0.failsAfter) = (["sync"], 1) }
            rig.add()
            #expect(rig.flush())
            // Other media in the same place, of which the journal learns nothing.
            rig.disk.setFaults { ($0.failing, $0.failsAfter) = (["write"], 1) }
            rig.add()
            #expect(rig.flush())
            try rig.disk.cutPower(&random)
            rig.disk.setFaults { $0 = TestDisk.Faults() }
            let again = try RecordingRig(disk: rig.disk, state: rig.stream.state)
            #expect(again.faults(try #require(again.lines(.event))) == [])
        }
    }

    @Test("Every folder above a show is known to the disk before the show has anything in it")
    func folders() throws {
        let rig = try RecordingRig()
        rig.begin()
        rig.add()
        #expect(rig.flush())
        let path = rig.disk.path
        #expect(
            rig.disk.syncedDirectories == [
                path, path + "/recordings", path + "/recordings/=53how=201", path + "/recordings/=53how=201/1",
            ])
    }

    @Test("A show that cannot be read now is there when it can be")
    func unreadable() throws {
        var limits = RecordingLimits()
        limits.loadedShowCountMax = 1
        let rig = try RecordingRig(limits: limits)
        for _ in 0..<2 {
            rig.begin()
            rig.add(count: 3)
            rig.end()
            #expect(rig.flush())
        }
        rig.disk.setFaults { ($0.failing, $0.failsAfter, $0.error) = (["open"], 0, EMFILE) }
        let name = MediaName.segment(.main, sequence: 1, .fragmentedMP4)
        guard case .loading = rig.recordings.body(name, of: "Show 1") else {
            Issue.record("held though nobody asked for it")
            return
        }
        for _ in 0..<500 where !rig.events.contains("recording unreadable") { usleep(10_000) }
        rig.disk.setFaults { $0.failsAfter = nil }
        #expect(rig.body(name) == RecordingRig.bytes(.main, 1, 4000))
    }

    @Test("A show whose end could not be written is not gone on with when others came after it")
    func endNotWritten() throws {
        let rig = try RecordingRig(limits: Self.impatient)
        for isLost in [true, false] {
            rig.begin()
            rig.add(count: 3)
            #expect(rig.flush())
            rig.disk.setFaults { ($0.failing, $0.failsAfter) = (["write"], isLost ? 0 : nil) }
            rig.end()
            #expect(rig.flush())
            rig.disk.setFaults { $0.failsAfter = nil }
        }
        #expect(rig.events.contains("recording end not written"))
        let again = try rig.restarted()
        again.begin()
        again.add(count: 3)
        #expect(again.flush())
        let names = try #require(again.lines(.event)).segmentNames
        #expect(names.count == 3 && names.first?.hasPrefix("main/1") == true)
    }

    @Test("A disk that takes long for a sync holds nobody up, and loses nothing that fits into the queue")
    func slow() throws {
        let rig = try RecordingRig()
        rig.disk.setFaults { $0.syncTime = 0.5 }
        rig.begin()
        rig.add(count: 30)
        #expect(rig.longestTake < .milliseconds(250))
        // Making the show, the first segment, all others, and the end take two syncs each, or one.
        #expect(rig.flush())
        rig.end()
        #expect(rig.flush())
        let lines = try #require(rig.lines(.recording))
        #expect(lines.segmentNames.count == 30)
        #expect(rig.faults(lines) == [])
    }

    @Test("What does not fit into the queue is a gap, and is told once")
    func queueIsFull() throws {
        var limits = RecordingLimits()
        limits.queuedByteCountMax = 10_000
        let rig = try RecordingRig(limits: limits)
        rig.disk.setFaults { $0.syncTime = 0.2 }
        rig.begin()
        rig.add()
        rig.add(count: 20)
        #expect(rig.recordings.figures.queuedByteCount <= 10_000)
        #expect(rig.flush())
        rig.end()
        #expect(rig.flush())
        let lines = try #require(rig.lines(.recording))
        #expect(lines.count { $0.hasPrefix("#EXTINF") } == 21)
        #expect(lines.segmentNames.count == 2)
        #expect(rig.faults(lines) == [])
        #expect(rig.events.count { $0 == "recording behind" } == 1)
        #expect(rig.recordings.figures.lostSegmentCount == 19)
        #expect(rig.recordings.figures.queuedByteCount == 0)
    }

    @Test("A queue of too many segments ends the show; what comes when the disk works again is another")
    func queueIsLong() throws {
        var limits = RecordingLimits()
        limits.queuedSegmentCountMax = 5
        let rig = try RecordingRig(limits: limits)
        rig.begin()
        rig.add(count: 1)
        #expect(rig.flush())
        rig.disk.setFaults { $0.syncTime = 0.3 }
        rig.add(count: 12)
        #expect(rig.flush())
        rig.disk.setFaults { $0.syncTime = 0 }
        let first = try #require(rig.lines(.recording))
        #expect(first.segmentNames.count <= 8)
        #expect(rig.faults(first) == [])
        rig.add(count: 3)
        rig.end()
        #expect(rig.flush())
        let second = try #require(rig.lines(.recording))
        #expect(second.segmentNames.first == "main/13.m4s")
        #expect(rig.faults(second) == [])
    }

    @Test("When the power goes, all that was listed is still there after it, and all that is listed is whole")
    func powerCut() throws {
        var random = SplitMix(seed: 7)
        for _ in 0..<60 {
            let rig = try RecordingRig(limits: Self.impatient)
            rig.begin([.main, .audio(2)])
            rig.add(count: 3)
            rig.add(.audio(2), initialisation: 7, count: 2)
            #expect(rig.flush())
            let count = random.next(below: 30)
            rig.disk.setFaults { faults in
                (faults.failsAfter, faults.pieceMax) = (count, 1000)
                faults.failing = ["write", "sync", "truncate", "rename", "create", "makeDirectory"]
            }
            for _ in 0...random.next(below: 4) {
                rig.add(byteCount: 4000)
                rig.add(.audio(2), initialisation: 7)
                #expect(rig.flush())
            }
            let before = try #require(rig.lines(.event))
            let state = rig.stream.state
            try rig.disk.cutPower(&random)
            rig.disk.setFaults { $0 = TestDisk.Faults() }
            let again = try RecordingRig(disk: rig.disk, state: state.resumed(margin: 10))
            let lines = try #require(again.lines(.event))
            #expect(lines.starts(with: before))
            for id in [RenditionID.main, .audio(2)] {
                again.lines(.event, id).map { #expect(again.faults($0) == []) }
            }
            again.begin()
            again.add(count: 2)
            again.end()
            #expect(again.flush())
            let after = try #require(again.lines(.recording))
            #expect(again.faults(after) == [])
            #expect(after.segmentNames.starts(with: lines.segmentNames))
        }
    }
}
