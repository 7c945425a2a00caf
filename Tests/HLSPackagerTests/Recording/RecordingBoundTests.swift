import Foundation
import Observability
import Primitives
import Reactor
import Testing

@testable import HLSPackager

@Suite("Recording: bounds")
struct RecordingBoundTests {
    private func play(_ rig: RecordingRig, shows: Int) {
        for _ in 0..<shows {
            rig.begin()
            rig.add(count: 3)
            rig.end()
            rig.flush()
        }
    }

    @Test("The oldest shows go when there are too many; who still reads one is not disturbed")
    func count() throws {
        var limits = RecordingLimits()
        limits.showCountMax = 2
        let rig = try RecordingRig(limits: limits)
        self.play(rig, shows: 1)
        guard case .found(let slice) = rig.recordings.body(.segment(.main, sequence: 1, .fragmentedMP4), of: "Show 1")
        else {
            Issue.record("no segment")
            return
        }
        self.play(rig, shows: 3)
        #expect(RecordingRig.read(slice) == RecordingRig.bytes(.main, 1, 4000))
        #expect(rig.body(.segment(.main, sequence: 1, .fragmentedMP4)) == nil)
        #expect(rig.body(.segment(.main, sequence: 5, .fragmentedMP4)) == nil)
        #expect(rig.body(.segment(.main, sequence: 6, .fragmentedMP4)) != nil)
        let names = try FileManager.default.contentsOfDirectory(atPath: rig.disk.path + "/recordings/=53how=201")
        #expect(names.sorted() == ["3", "4"])
        #expect(rig.events.count { $0 == "recording deleted" } == 2)
    }

    @Test("The file of a deleted show is not closed by its last reader, but on the pool")
    func closing() throws {
        var limits = RecordingLimits()
        limits.byteCountMax = 1
        let disk = try TestDisk()
        let context = RecordingContext(
            directory: disk.path, targetDurationSeconds: 4, disk: disk, limits: limits,
            log: Log(level: .debug, memory: LogMemory()))
        var reader: OwnedDescriptor? = try {
            let (stored, number) = try context.begin("main")
            context.catalog.withLock { $0.change("main", number) { $0.isFinished = true } }
            return stored.media
        }()
        weak let file = reader
        #expect(context.makeRoom(0) && context.hasDeleted)
        #expect(reader?.raw == file?.raw)
        reader = nil
        #expect(file != nil)
        context.closeDeleted()
        #expect(file == nil && !context.hasDeleted)
    }

    @Test("A show with as many keys as one may have ends, and another goes on")
    func keys() throws {
        var limits = RecordingLimits()
        (limits.keyCountMax, limits.retryTimeMin, limits.retryTimeMax) = (4, .nanoseconds(0), .nanoseconds(0))
        let rig = try RecordingRig(limits: limits, keySegmentCount: 1)
        rig.begin()
        for _ in 0..<9 {
            rig.add()
            rig.flush()
        }
        rig.end()
        rig.flush()
        // The segment with which a bound was met is in neither.
        #expect(rig.recordings.figures.storedShowCount == 2)
        #expect(rig.recordings.figures.failures.map(\.reason.description) == ["show-too-long"])
        let lines = try #require(rig.lines(.recording))
        #expect(lines.segmentNames == (5...8).map { "main/\($0).m4s" })
        #expect(try rig.restarted().lines(.recording) == lines)
    }

    @Test("All recordings together keep within their bytes: finished shows go, a show that goes on stops")
    func bytes() throws {
        var limits = RecordingLimits()
        limits.byteCountMax = 40_000
        let rig = try RecordingRig(limits: limits)
        self.play(rig, shows: 5)
        #expect(rig.recordings.figures.storedByteCount <= 40_000)
        #expect(rig.recordings.figures.storedShowCount == 3)
        rig.begin()
        for _ in 0..<12 {
            rig.add()
            rig.flush()
        }
        #expect(rig.recordings.figures.storedByteCount <= 40_000)
        #expect(rig.recordings.figures.storedShowCount == 1)
        #expect(rig.log.lines.contains { $0.contains("\"reason\":\"recordings-full\"") })
        let lines = try #require(rig.lines(.event))
        #expect(lines.segmentNames.count == 9)
        #expect(rig.faults(lines) == [])
    }

    @Test("Shows that nobody asked for lately are read again when somebody does")
    func memory() throws {
        var limits = RecordingLimits()
        limits.loadedShowCountMax = 1
        let rig = try RecordingRig(limits: limits)
        self.play(rig, shows: 3)
        guard case .loading = rig.recordings.body(.segment(.main, sequence: 1, .fragmentedMP4), of: "Show 1") else {
            Issue.record("held though nobody asked for it")
            return
        }
        for sequence in [1, 4, 7, 2] {
            #expect(
                rig.body(.segment(.main, sequence: sequence, .fragmentedMP4))
                    == RecordingRig.bytes(.main, sequence, 4000))
        }
        #expect(rig.lines(.recording)?.segmentNames == ["main/6.m4s", "main/7.m4s", "main/8.m4s"])
    }

    @Test("A show with nothing in it leaves nothing")
    func empty() throws {
        let rig = try RecordingRig()
        rig.disk.setFaults { faults in
            (faults.failsAfter, faults.failing) = (2, ["write"])
        }
        rig.begin()
        rig.add(count: 2)
        rig.flush()
        rig.end()
        rig.flush()
        #expect(rig.recordings.figures.storedShowCount == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: rig.disk.path + "/recordings/=53how=201")
        #expect(names == [])
    }

    @Test("What is no show is removed if it is empty, and left alone if it is not")
    func leftovers() throws {
        let rig = try RecordingRig()
        self.play(rig, shows: 1)
        let folder = rig.disk.path + "/recordings/=53how=201/"
        for (name, journal) in [("2", nil), ("3", ""), ("4", "podo-")] as [(String, String?)] {
            try FileManager.default.createDirectory(atPath: folder + name, withIntermediateDirectories: true)
            try Data().write(to: URL(filePath: folder + name + "/media"))
            if let journal { try Data(journal.utf8).write(to: URL(filePath: folder + name + "/journal")) }
        }
        let again = try rig.restarted()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["1", "4"])
        #expect(again.events == ["recording unreadable"])
        self.play(again, shows: 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["1", "4", "5"])
    }

    @Test(
        "A folder's name is the stream's, or begins like it",
        arguments: [
            ("main", "main"), ("Show 1", "=53how=201"), ("../x", "=2e=2e=2fx"), ("", ""),
        ])
    func names(stream: String, folder: String) {
        #expect(RecordingContext.folderName(of: stream) == folder)
        let long = RecordingContext.folderName(of: stream + String(repeating: "a", count: 300))
        #expect(long.utf8.count <= 200)
        #expect(long != RecordingContext.folderName(of: stream + String(repeating: "a", count: 301)))
    }
}
