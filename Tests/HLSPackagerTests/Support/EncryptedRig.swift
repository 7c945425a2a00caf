import Foundation
import MediaTypes
import Primitives
import Testing

@testable import HLSPackager

/// A stream of recorded media whose segments are encrypted, with a clock that the test sets; and its files, as players
/// would get them.
final class EncryptedRig {
    let stream: PackagedStream
    let limits: HLSLimits
    private(set) var packager: StreamPackager
    private let environment: PackagerEnvironment
    private let box = Box()
    /// What was given, by track.
    private(set) var given: [MediaKind: [String]] = [:]
    private var turn: Int64 = 0

    private final class Box: @unchecked Sendable {
        // SAFETY: a test calls it on one thread.
        var snapshots: [StreamSnapshot] = []
        var timers: [() -> Void] = []
        var time: Int64 = 1_000_000_000
    }

    init(keySegmentCount: Int? = 2, windowSegmentCount: Int = 40, state: StreamState = StreamState()) {
        var limits = HLSLimits()
        limits.keySegmentCount = keySegmentCount
        limits.segmentTime = .milliseconds(500)
        limits.segmentTimeMax = .milliseconds(2000)
        limits.windowSegmentCount = windowSegmentCount
        self.limits = limits
        let box = self.box
        self.environment = PackagerEnvironment(
            now: { MonotonicTime(nanoseconds: box.time) },
            wallClock: { WallClock(unixMilliseconds: 1_790_000_000_000 + box.time / 1_000_000) },
            after: { _, call in box.timers.append(call) })
        self.stream = PackagedStream(limits: limits, state: state) { snapshot in
            if let snapshot { box.snapshots.append(snapshot) }
        }
        self.packager = Self.packager(self.stream, self.environment)
    }

    private static func packager(_ stream: PackagedStream, _ environment: PackagerEnvironment) -> StreamPackager {
        StreamPackager(
            stream: stream, environment: environment,
            muxers: PackagerMuxers(
                fragments: { (tracks: [MuxedTrack]) throws(MuxerError) in try FragmentMuxer(tracks: tracks) },
                transportStream: { (tracks: [MuxedTrack]) throws(MuxerError) in
                    try TransportStreamMuxer(tracks: tracks)
                }))
    }

    var snapshots: [StreamSnapshot] { self.box.snapshots }
    var main: RenditionSnapshot { get throws { try #require(self.snapshots.last?[.main]).snapshot } }

    func comeBack() {
        self.packager = Self.packager(self.stream, self.environment)
        self.turn = 0
    }

    func end() {
        self.packager.publishingEnded(.finished)
        let timers = self.box.timers
        self.box.timers = []
        for call in timers { call() }
    }

    /// The file once more, two seconds behind the last time.
    func play(_ tracks: [RecordedTrack], change: (inout VideoFormat) -> Void = { _ in }) {
        var units: [(time: Int64, kind: MediaKind, unit: AccessUnit, bytes: [UInt8])] = []
        for track in tracks {
            var kind = MediaKind.audio
            if case .video(var format) = track.track.format {
                kind = .video
                change(&format)
                self.packager.receive(.video(format), of: TrackID(kind))
            } else {
                self.packager.receive(track.track.format, of: TrackID(kind))
            }
            for unit in track.units {
                func time(_ ticks: Int64) -> Int64 { ticks * 1_000_000_000 / Int64(track.track.timescale) }
                let decode = time(unit.sample.decodeTicks) - 10_000_000_000 + self.turn * 2_100_000_000
                let access = AccessUnit(
                    track: TrackID(kind), decodeTime: MediaTime(nanoseconds: decode),
                    presentationOffset: MediaTime(nanoseconds: time(Int64(unit.sample.presentationOffsetTicks))),
                    isRandomAccess: unit.sample.isRandomAccess)
                units.append((decode, kind, access, unit.bytes))
            }
        }
        units.sort { $0.time < $1.time }
        for unit in units {
            self.box.time += 10_000_000
            self.packager.receive(unit.unit, payload: unit.bytes.span.bytes)
            self.given[unit.kind, default: []].append(FileProbe.hash(unit.bytes))
        }
        self.turn += 1
    }

    /// Writes everything into a folder, which the caller removes; returns the playlist's path.
    func write(_ form: PlaylistForm = .plain) throws -> URL {
        let snapshot = try #require(self.snapshots.last)
        let main = try self.main
        let folder = FileManager.default.temporaryDirectory.appending(path: "stream-\(UUID().uuidString)")
        func put(_ name: MediaName, _ bytes: [UInt8]) throws {
            var path: [UInt8] = []
            name.append(to: &path)
            let url = folder.appending(path: String(decoding: path, as: UTF8.self))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url)
        }
        let playlist = MediaPlaylist(of: .main, form: form, main, PlaylistPromises(self.limits))
        try put(.playlist(.main, form), playlist.render())
        for key in snapshot.keys { try put(.key(number: key.number), key.bytes.copyBytes()) }
        for section in main.initialisations {
            try put(.initialisation(.main, number: section.number), section.bytes.copyBytes())
        }
        for segment in main.segments where !segment.parts.isEmpty {
            let isFragments = form.container == .fragmentedMP4
            let arena = try #require(isFragments ? segment.arena : segment.transportStream)
            let end = isFragments ? segment.parts.last?.range.upperBound ?? 0 : arena.count
            try put(
                .segment(.main, sequence: segment.sequence, form.container), Array(arena.bytes(0..<end)))
        }
        return folder
    }
}
