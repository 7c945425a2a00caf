internal import MediaTypes

/// The segments of a rendition as MPEG-TS, made in the same pass as the fragments, of the same samples.
///
/// Nothing that goes wrong here touches the fragments: it costs the segment that is open its MPEG-TS, and the next one
/// gets another muxer, eight times at most, of which a minute of good media forgives one.
final class TransportStreamSegments {
    static let failureCountMax = 8

    private let makeMuxer: () throws(MuxerError) -> any PartMuxer
    private let capacity: Int
    private let pool: ArenaPool
    private var muxer: (any PartMuxer)?
    /// Of the open segment; nil between segments, and in one that was given up.
    private var arena: SegmentArena?
    private(set) var failureCount = 0
    private var forgiving = ForgivingCount()
    private(set) var lostSampleCount = 0

    /// Nil where MPEG-TS does not carry these tracks.
    init?(limits: HLSLimits, pool: ArenaPool, makeMuxer: @escaping () throws(MuxerError) -> any PartMuxer) {
        guard let muxer = try? makeMuxer() else { return nil }
        self.makeMuxer = makeMuxer
        self.muxer = muxer
        // Segments are cut by the size of their fragments.
        self.capacity = limits.segmentByteCountMax &+ limits.segmentByteCountMax / 16 &+ Self.tableByteCountMax
        self.pool = pool
    }

    func beginSegment() {
        if self.muxer == nil, self.forgiving.count < Self.failureCountMax {
            do { self.muxer = try self.makeMuxer() } catch { self.countFailure() }
        }
        self.muxer?.beginSegment()
        self.arena = self.muxer == nil ? nil : SegmentArena(capacity: self.capacity, pool: self.pool)
    }

    func append(_ sample: Sample, _ payload: borrowing RawSpan) {
        guard let muxer = self.muxer, let arena = self.arena else { return }
        do {
            try muxer.append(sample, payload, to: arena)
        } catch {
            self.lostSampleCount += 1
            if error.remedy != .dropSample { self.giveUp() }
        }
    }

    /// The open segment up to here; nil if it has no MPEG-TS.
    func endPart(lasting nanoseconds: Int64) -> SegmentArena? {
        guard let muxer = self.muxer, let arena = self.arena else { return nil }
        do {
            try muxer.endPart(in: arena)
            self.forgiving.pass(nanoseconds)
            return arena.count > 0 ? arena.prefix(arena.count) : nil
        } catch {
            self.giveUp()
            return nil
        }
    }

    func endSegment() {
        self.arena?.complete()
        self.arena = nil
    }

    private func countFailure() {
        self.failureCount += 1
        self.forgiving.count += 1
    }

    private func giveUp() {
        self.countFailure()
        self.muxer = nil
        self.arena = nil
    }

    /// Tables, and parameter sets before every key picture. Memory is taken as it is written.
    private static let tableByteCountMax = 1 << 20
}
