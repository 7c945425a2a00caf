import HLSPackager
import MediaTypes

/// What a muxer made of recorded tracks: parts of half a second, and a segment for each second.
struct MuxedMedia {
    var initialisation: [UInt8] = []
    /// Segments of parts.
    var segments: [[[UInt8]]] = []
    /// What went in, in order, with track indices set.
    var units: [RecordedTrack.Unit] = []

    var parts: [[UInt8]] { self.segments.flatMap(\.self) }
    var file: [UInt8] { self.initialisation + self.parts.joined() }

    init(
        _ recorded: [RecordedTrack], arenaByteCount: Int = 1 << 20, partMilliseconds: Double = 500,
        make: ([MuxedTrack]) throws(MuxerError) -> any PartMuxer
    ) throws {
        let tracks = recorded.map(\.track)
        for (index, track) in recorded.enumerated() {
            self.units += track.units.map { unit in
                var unit = unit
                unit.sample.trackIndex = index
                return unit
            }
        }
        func milliseconds(_ sample: Sample) -> Double {
            Double(sample.decodeTicks) * 1000 / Double(tracks[sample.trackIndex].timescale)
        }
        self.units.sort { milliseconds($0.sample) < milliseconds($1.sample) }
        let muxer = try make(tracks)
        var arena = SegmentArena(capacity: arenaByteCount)
        var partStart = 0
        var part: Int?
        self.segments = [[]]
        func endPart() throws {
            try muxer.endPart(in: arena)
            self.segments[self.segments.count - 1].append(Array(arena.bytes(partStart..<arena.count)))
            partStart = arena.count
        }
        for unit in self.units {
            let number = Int(milliseconds(unit.sample) / partMilliseconds)
            if let part, part != number {
                try endPart()
                if number / 2 != part / 2 {
                    muxer.beginSegment()
                    arena = SegmentArena(capacity: arenaByteCount)
                    partStart = 0
                    self.segments.append([])
                }
            }
            part = number
            try muxer.append(unit, to: arena)
        }
        try endPart()
        self.initialisation = muxer.initialisation
    }

    func units(ofTrack index: Int) -> [RecordedTrack.Unit] { self.units.filter { $0.sample.trackIndex == index } }
}

extension PartMuxer {
    func append(_ unit: RecordedTrack.Unit, to arena: SegmentArena) throws(MuxerError) {
        let bytes = unit.bytes
        try self.append(unit.sample, bytes.span.bytes, to: arena)
    }
}
