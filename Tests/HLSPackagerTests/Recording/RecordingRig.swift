import Foundation
import MediaTypes
import Observability
import Primitives
import Reactor
import Testing

@testable import HLSPackager

/// A stream whose segments a test makes, recorded on a disk that the test owns. Each segment's bytes follow from its
/// rendition and its sequence, so that whoever reads one can tell that it is whole and the right one.
final class RecordingRig {
    let disk: TestDisk
    let log = LogMemory()
    let pool = BlockingPool(name: "record", threadCount: 2, waitingCountMax: 16)
    private(set) var recordings: Recordings
    private(set) var stream: PackagedStream
    private var limits: RecordingLimits
    private var hls: HLSLimits
    private var publishing = 0
    private var time = MonotonicTime(nanoseconds: 0)
    /// When the next segment begins.
    private(set) var date = WallClock.now
    /// The longest that the stream's publisher had to wait for a snapshot to be taken.
    private(set) var longestTake = TimeAmount.nanoseconds(0)

    init(
        disk: TestDisk? = nil, limits: RecordingLimits = RecordingLimits(), state: StreamState = StreamState(),
        keySegmentCount: Int? = nil, graceTime: (@Sendable (String) -> TimeAmount)? = nil,
        resumeTime: (@Sendable (String) -> TimeAmount)? = nil, startsLater: TimeAmount = .seconds(0)
    ) throws {
        self.disk = try disk ?? TestDisk()
        self.limits = limits
        self.hls = HLSLimits()
        self.hls.partTime = .milliseconds(500)
        self.hls.segmentTimeMax = .milliseconds(2000)
        self.hls.keySegmentCount = keySegmentCount
        let log = Log(level: .debug, memory: self.log)
        self.recordings = Recordings(
            directory: self.disk.path + "/recordings", pool: self.pool, hls: self.hls, limits: limits, log: log,
            graceTime: graceTime, resumeTime: resumeTime, disk: self.disk,
            wallClock: { WallClock(unixMilliseconds: WallClock.now.unixMilliseconds + startsLater.milliseconds) })
        let recordings = self.recordings
        self.stream = PackagedStream(limits: self.hls, state: state) { recordings.take($0, of: "Show 1") }
        try self.recordings.open()
    }

    deinit { self.pool.stop() }

    /// The next process, with what this one has left.
    func restarted(limits: RecordingLimits? = nil, margin: Int = 100) throws -> RecordingRig {
        try RecordingRig(
            disk: self.disk, limits: limits ?? self.limits, state: self.stream.state.resumed(margin: margin))
    }

    /// What the next process would find now, without disturbing this one.
    func copied() throws -> RecordingRig {
        let disk = try TestDisk(copyOf: self.disk)
        return try RecordingRig(disk: disk, limits: self.limits, state: self.stream.state.resumed(margin: 100))
    }

    // MARK: - The stream

    func begin(_ ids: [RenditionID] = [.main], tag: UInt8 = 1) {
        let wallClock = WallClock(unixMilliseconds: 1_700_000_000_000 + self.time.nanoseconds / 1_000_000)
        self.publishing = self.stream.begin(now: self.time, wallClock: wallClock).publishing
        self.use(ids, tag: tag)
    }

    func use(_ ids: [RenditionID], tag: UInt8 = 1) {
        let layouts = ids.map { id in
            let format = self.heights[id].map(MediaMaker.video(height:)) ?? MediaMaker.video()
            return RenditionLayout(id: id, tracks: [MuxedTrack(format: format, timescale: 90_000)])
        }
        for id in ids where self.sequences[id] == nil { self.sequences[id] = self.stream.state.nextSequence }
        self.stream.use(layouts, isDiscontinuous: true, publishing: self.publishing, now: self.time)
    }

    /// A whole segment of two seconds in four parts.
    func add(_ id: RenditionID = .main, byteCount: Int = 4000, initialisation: UInt8 = 1, count: Int = 1) {
        for _ in 0..<count { self.addOne(id, byteCount, initialisation) }
    }

    private func addOne(_ id: RenditionID, _ byteCount: Int, _ initialisation: UInt8) {
        let sequence = self.sequences[id] ?? 0
        let bytes = Self.bytes(id, sequence, byteCount)
        let arena = SegmentArena(capacity: byteCount)
        var done = 0
        for number in 0..<4 {
            let end = number == 3 ? byteCount : done + byteCount / 4
            bytes[done..<end].withUnsafeBytes { #expect(arena.append($0)) }
            let part = RenditionSnapshot.Part(
                range: done..<end, durationNanoseconds: 500_000_000, isIndependent: number == 0)
            done = end
            let update = SegmentUpdate(
                arena: arena, part: part, initialisation: number == 0 ? [initialisation] : nil,
                endsSegment: number == 3, startsAt: self.date, isIndependent: true)
            let start = MonotonicTime.now
            self.stream.add(update, to: id, publishing: self.publishing, now: self.time)
            self.longestTake = max(self.longestTake, MonotonicTime.now - start)
        }
        self.sequences[id] = sequence + 1
        self.date.unixMilliseconds += 2000
        self.time = self.time + .seconds(2)
    }

    private var sequences: [RenditionID: Int] = [:]
    /// Of the renditions' pictures, where a test wants to tell them apart.
    var heights: [RenditionID: Int] = [:]

    func end() {
        self.stream.suspend(publishing: self.publishing)
        _ = self.stream.endIfAbandoned(publishing: self.publishing)
    }

    @discardableResult
    func flush() -> Bool { self.recordings.flush(within: .seconds(10)) }

    // MARK: - What can be had

    static func bytes(_ id: RenditionID, _ sequence: Int, _ byteCount: Int) -> [UInt8] {
        var name: [UInt8] = []
        MediaName.segment(id, sequence: sequence, .fragmentedMP4).append(to: &name)
        return (0..<byteCount).map { name[$0 % name.count] &+ UInt8(truncatingIfNeeded: $0 / name.count) }
    }

    func lines(_ form: PlaylistForm, _ id: RenditionID = .main) -> [String]? {
        for _ in 0..<500 {
            switch self.recordings.playlist(id, form, of: "Show 1") {
            case .found(let playlist):
                return String(decoding: playlist.plain.copyBytes(), as: UTF8.self).split(separator: "\n")
                    .map(String.init)
            case .absent, .unfinished: return nil
            case .loading: usleep(10_000)
            }
        }
        return nil
    }

    /// Waits until the playlist is there in the form that most players ask for.
    func isCompressed(_ form: PlaylistForm) -> Bool {
        for _ in 0..<500 {
            guard case .found(let playlist) = self.recordings.playlist(.main, form, of: "Show 1") else { return false }
            if playlist.compressed != nil { return true }
            usleep(10_000)
        }
        return false
    }

    func body(_ name: MediaName) -> [UInt8]? {
        for _ in 0..<500 {
            switch self.recordings.body(name, of: "Show 1") {
            case .found(let slice): return Self.read(slice)
            case .absent, .unfinished: return nil
            case .loading: usleep(10_000)
            }
        }
        return nil
    }

    static func read(_ slice: FileSlice) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: slice.count)
        let count = pread(slice.file.raw, &bytes, slice.count, off_t(slice.offset))
        return Array(bytes[..<max(count, 0)])
    }

    /// What is wrong with a playlist: a segment that it lists and that is not whole. Gaps are not to be had.
    func faults(_ lines: [String], byteCount: Int = 4000) -> [String] {
        var faults: [String] = []
        var isGap = false
        for line in lines {
            if line == "#EXT-X-GAP" { isGap = true }
            if line.hasPrefix("#EXT-X-MAP") {
                let name = line.split(separator: "\"")[1]
                let bytes = MediaName(Array(name.utf8)[...]).flatMap { self.body($0) }
                if bytes?.count != 1 { faults.append("\(name): \(bytes?.count ?? -1) bytes") }
            }
            guard !line.hasPrefix("#") else { continue }
            defer { isGap = false }
            guard case .segment(let id, let sequence, _)? = MediaName(Array(line.utf8)[...]) else {
                faults.append("no name: \(line)")
                continue
            }
            let bytes = self.body(.segment(id, sequence: sequence, .fragmentedMP4))
            if isGap ? bytes != nil : bytes != Self.bytes(id, sequence, byteCount) {
                faults.append("\(line): \(bytes?.count ?? -1) bytes, gap: \(isGap)")
            }
        }
        return faults
    }

    var events: [String] {
        self.log.lines.compactMap { line in
            line.firstRange(of: "\"event\":\"").map { String(line[$0.upperBound...].prefix { $0 != "\"" }) }
        }
    }
}

extension [String] {
    /// Names of segments that are to be had.
    var segmentNames: [String] {
        self.indices.filter { !self[$0].hasPrefix("#") && self[$0 - 1] != "#EXT-X-GAP" }.map { self[$0] }
    }
}
