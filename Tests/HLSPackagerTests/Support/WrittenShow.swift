import MediaTypes
import Primitives

@testable import HLSPackager

/// A show that a test writes part by part, on its way to viewers. Segments are of two parts, one second each, and begin
/// at sequence 7; the bytes of each part tell which it is. Its clock goes with its media.
final class WrittenShow {
    let stream: PackagedStream
    var hasTransportStream = false
    /// Of the renditions' pictures, where a test wants to tell them apart.
    var heights: [RenditionID: Int] = [:]
    private var publishing = 0
    private var arena = SegmentArena(capacity: 1 << 16)
    private var transportStream = SegmentArena(capacity: 1 << 16)
    private var sequence = 7
    private var parts = 0
    private(set) var now = MonotonicTime(nanoseconds: 1_000_000_000)
    private var initialisation: [UInt8] = Array("initialisation 0".utf8)

    init(limits: HLSLimits, publish: @escaping @Sendable (StreamSnapshot?) -> Void) {
        self.stream = PackagedStream(limits: limits, state: StreamState(nextSequence: 7), publish: publish)
    }

    static func bytes(_ sequence: Int, _ part: Int) -> String { "segment \(sequence), part \(part)." }
    static func bytes(_ sequence: Int) -> String { self.bytes(sequence, 0) + self.bytes(sequence, 1) }

    func begin(_ renditions: [RenditionID] = [.main], isDiscontinuous: Bool = true) {
        let wallClock = WallClock(unixMilliseconds: 1_700_000_000_000 + self.now.nanoseconds / 1_000_000)
        self.publishing = self.stream.begin(now: self.now, wallClock: wallClock).publishing
        self.use(renditions, isDiscontinuous: isDiscontinuous)
    }

    func use(_ renditions: [RenditionID], isDiscontinuous: Bool) {
        let layouts = renditions.map { id in
            let isSound = !self.heights.isEmpty && id.isAlternative
            let format =
                isSound ? MediaMaker.audio() : self.heights[id].map(MediaMaker.video(height:)) ?? MediaMaker.video()
            return RenditionLayout(id: id, tracks: [MuxedTrack(format: format, timescale: 90_000)])
        }
        self.stream.use(layouts, isDiscontinuous: isDiscontinuous, publishing: self.publishing, now: self.now)
    }

    func useInitialisation(_ text: String) { self.initialisation = Array(text.utf8) }

    /// - Parameter endsSegment: Of itself with the second part.
    func addPart(endsSegment: Bool? = nil, to id: RenditionID = .main) {
        let endsSegment = endsSegment ?? (self.parts == 1)
        let bytes = Array(Self.bytes(self.sequence, self.parts).utf8)
        let start = self.arena.count
        precondition(bytes.withUnsafeBytes { self.arena.append($0) })
        let text = Array("TS of \(self.sequence)".utf8)
        precondition(text.withUnsafeBytes { self.transportStream.append($0) })
        self.now = self.now + .milliseconds(1000)
        self.stream.add(
            SegmentUpdate(
                arena: self.arena,
                transportStream: self.hasTransportStream
                    ? self.transportStream.prefix(self.transportStream.count) : nil,
                part: RenditionSnapshot.Part(
                    range: start..<start + bytes.count, durationNanoseconds: 1_000_000_000,
                    isIndependent: self.parts == 0),
                initialisation: self.initialisation, endsSegment: endsSegment,
                startsAt: WallClock(unixMilliseconds: 1_790_000_000_000 + Int64(self.sequence) * 2000),
                isIndependent: true),
            to: id, publishing: self.publishing, now: self.now)
        self.parts += 1
        if endsSegment { self.beginSegment() }
    }

    /// A segment of two seconds in which nothing came.
    func addGap() {
        self.now = self.now + .seconds(2)
        self.stream.add(
            SegmentUpdate(
                arena: self.arena, part: nil, emptyNanoseconds: 2_000_000_000, endsSegment: true,
                startsAt: WallClock(unixMilliseconds: 1_790_000_000_000 + Int64(self.sequence) * 2000),
                isIndependent: true),
            to: .main, publishing: self.publishing, now: self.now)
        self.beginSegment()
    }

    func addSegments(_ count: Int) { for _ in 0..<count * 2 { self.addPart() } }

    func pass(seconds: Int64) { self.now = self.now + .seconds(seconds) }

    /// The publisher is lost; what it had begun is whole.
    func suspend() {
        self.stream.suspend(publishing: self.publishing)
        if self.parts > 0 { self.beginSegment() }
    }

    /// Nobody came back.
    func end() { _ = self.stream.endIfAbandoned(publishing: self.publishing) }

    /// Nobody can be watching the end any more.
    func clear() { self.stream.clearIfEnded(publishing: self.publishing, now: self.now) }

    private func beginSegment() {
        self.sequence += 1
        self.parts = 0
        self.arena = SegmentArena(capacity: 1 << 16)
        self.transportStream = SegmentArena(capacity: 1 << 16)
    }
}
