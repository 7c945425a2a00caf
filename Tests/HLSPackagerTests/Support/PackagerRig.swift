import MediaTypes
import Primitives
import Synchronization

@testable import HLSPackager

/// A stream with publishers of its own, a clock that the test sets, and every snapshot checked as it comes.
final class PackagerRig {
    let stream: PackagedStream
    let watch: StreamWatch
    private(set) var packager: StreamPackager
    private let clock: Clock
    private let environment: PackagerEnvironment
    private let muxers: PackagerMuxers
    private let observer: PackagerObserver
    /// What was given to the packager, by track.
    private(set) var given: [TrackID: [Int]] = [:]
    private var count = 0

    init(
        limits: HLSLimits = HLSLimits(), state: StreamState = StreamState(),
        makeMuxer: @escaping PackagerMuxers.Factory = { (tracks: [MuxedTrack]) throws(MuxerError) in
            RecordingMuxer(initialisation: tracks.flatMap(PackagerRig.tag))
        },
        transportStream: PackagerMuxers.Factory? = nil, observer: PackagerObserver = PackagerObserver(),
        startsAt: Int64 = 1_000_000_000, isAwaited: @escaping @Sendable () -> Bool = { false }
    ) {
        let (clock, watch) = (Clock(time: startsAt), StreamWatch(limits: limits))
        self.clock = clock
        self.watch = watch
        self.observer = observer
        self.muxers = PackagerMuxers(fragments: makeMuxer, transportStream: transportStream)
        self.environment = PackagerEnvironment(
            now: { MonotonicTime(nanoseconds: clock.time) },
            wallClock: { WallClock(unixMilliseconds: 1_700_000_000_000 + clock.time / 1_000_000) },
            after: { time, call in clock.timers.append((clock.time + time.nanoseconds, call)) })
        self.stream = PackagedStream(limits: limits, state: state, isAwaited: isAwaited) { watch.see($0) }
        self.packager = StreamPackager(
            stream: self.stream, environment: self.environment, muxers: self.muxers, observer: self.observer)
    }

    static func tag(_ track: MuxedTrack) -> [UInt8] {
        switch track.format {
        case .video(let video): video.configuration
        case .audio(let audio): audio.configuration
        }
    }

    /// Another publisher of the same stream.
    func comeBack() {
        self.packager = StreamPackager(
            stream: self.stream, environment: self.environment, muxers: self.muxers, observer: self.observer)
    }

    func pass(nanoseconds: Int64) {
        self.clock.time += nanoseconds
        while let index = self.clock.timers.firstIndex(where: { $0.time <= self.clock.time }) {
            self.clock.timers.remove(at: index).call()
        }
    }

    func give(_ unit: AccessUnit, byteCount: Int = 16) {
        let payload = MediaMaker.payload(self.count, count: byteCount)
        self.given[unit.track, default: []].append(self.count)
        self.count += 1
        self.packager.receive(unit, payload: payload.span.bytes)
    }

    /// Sound and picture, interleaved, from `start` on; the clock goes with them.
    func play(
        from start: Int64 = 0, seconds: Double, timeline: UInt32 = 0, framesPerSecond: Double = 30,
        keyEvery: Int = 60, hasVideo: Bool = true, hasAudio: Bool = true
    ) {
        var (frame, block) = (0, 0)
        while true {
            let video = Int64((Double(frame) / framesPerSecond * 1000).rounded()) * 1_000_000
            let audio = Int64((Double(block) * 1024 / 48).rounded()) * 1_000_000
            let next = min(hasVideo ? video : .max, hasAudio ? audio : .max)
            guard Double(next) < seconds * 1e9 else { return }
            self.pass(nanoseconds: max(start + next - self.position, 0))
            self.position = max(start + next, self.position)
            if hasVideo, video <= audio || !hasAudio {
                let isKey = frame % keyEvery == 0
                self.give(MediaMaker.unit(.picture, at: start + video, isKey: isKey, timeline: timeline))
                frame += 1
            } else {
                self.give(MediaMaker.unit(.sound, at: start + audio, timeline: timeline))
                block += 1
            }
        }
    }

    var position: Int64 = 0

    var time: Int64 { self.clock.time }

    private final class Clock {
        var time: Int64
        var timers: [(time: Int64, call: () -> Void)] = []

        init(time: Int64) { self.time = time }
    }
}
