internal import MediaTypes

/// Writes MPEG-TS by libav, for players that read nothing else: H.264 and HEVC, AAC, MP3 and AC-3.
///
/// A segment begins with PAT and PMT; continuity counters run on from segment to segment. Times are the samples' own,
/// at 90 kHz, and wrap after 26.5 hours as the format has it. libav makes NAL units with start codes and ADTS of what
/// it is given, which costs a copy of each.
package final class TransportStreamMuxer: PartMuxer {
    package let initialisation: [UInt8] = []

    private let writer: LibAVWriter
    private let tracks: [MuxedTrack]
    private var progress: [TrackProgress]
    /// The last decode time of each track as it was written.
    private var written: [Int64?]
    private var hasSamples = false
    private var beginsSegment = true
    /// Parameter sets are written before each picture at which decoding can begin.
    private let configurationByteCount: Int

    package init(tracks: [MuxedTrack]) throws(MuxerError) {
        guard !tracks.isEmpty else { throw MuxerError("formatRefused", "There is no track.") }
        for track in tracks where !track.isInTransportStreams {
            throw MuxerError("formatRefused", "MPEG-TS for players does not carry this codec.")
        }
        self.tracks = tracks
        self.progress = tracks.map { _ in TrackProgress() }
        self.written = tracks.map { _ in nil }
        self.configurationByteCount = tracks.reduce(0) { $0 + $1.configurationByteCount }
        self.writer = try LibAVWriter("mpegts", tracks, bufferByteCount: Self.bufferByteCount)
        // HLS asks for PAT and PMT first; libav puts its service description before them.
        self.writer.sink.packetIdentifierLeftOut = Self.serviceDescription
        try self.writer.begin([
            "mpegts_copyts": "1", "pat_period": Self.never, "sdt_period": Self.never, "nit_period": Self.never,
        ])
    }

    package func append(
        _ sample: Sample, _ payload: borrowing RawSpan, to arena: SegmentArena
    ) throws(MuxerError) {
        let index = sample.trackIndex
        guard self.tracks.indices.contains(index), !payload.isEmpty else {
            throw MuxerError("sampleInvalid", "A sample is empty, or of no track.", .dropSample)
        }
        let byteCountMax =
            payload.byteCount + payload.byteCount / 32 + self.configurationByteCount + Self.heldByteCountMax
        guard byteCountMax <= arena.capacity - arena.count else {
            throw MuxerError("segmentFull", "The segment's memory is full.", .beginSegment)
        }
        var progress = self.progress[index]
        try progress.advance(sample)
        let (decode, presentation) = try self.times(sample)
        self.progress[index] = progress
        self.written[index] = decode
        if self.beginsSegment {
            try self.writer.setOption("mpegts_flags", "+resend_headers")
            self.beginsSegment = false
        }
        self.writer.sink.target = .arena(arena)
        defer { self.writer.sink.target = .nowhere }
        let writer = self.writer
        try payload.withUnsafeBytes { (bytes) throws(MuxerError) in
            try writer.write(
                trackIndex: index, decode: decode, presentation: presentation, duration: 0,
                isRandomAccess: sample.isRandomAccess, bytes)
        }
        self.hasSamples = true
    }

    package func endPart(in arena: SegmentArena) throws(MuxerError) {
        guard self.hasSamples else { return }
        self.writer.sink.target = .arena(arena)
        defer { self.writer.sink.target = .nowhere }
        try self.writer.flush()
        self.hasSamples = false
    }

    package func beginSegment() { self.beginsSegment = true }

    /// At 90 kHz. A picture must not be shown before it is decoded here. Where publishers say that it is, for their
    /// pictures are reordered without a delay, all are decoded earlier by a constant, which players do not see: when
    /// they are shown is as it was. Beyond that, decoding is moved as far as the picture before leaves room.
    private func times(_ sample: Sample) throws(MuxerError) -> (decode: Int64, presentation: Int64) {
        let timescale = Int64(self.tracks[sample.trackIndex].timescale)
        func ticks(_ time: Int64) -> Int64 { (time * Self.ticksPerSecond + timescale / 2) / timescale }
        let presentation = ticks(sample.decodeTicks + Int64(sample.presentationOffsetTicks))
        let lead = self.tracks[sample.trackIndex].isVideo ? Self.decodeLeadTicks : 0
        var decode = min(max(ticks(sample.decodeTicks) - lead, 0), presentation)
        if let last = self.written[sample.trackIndex] { decode = max(decode, last + 1) }
        guard decode <= presentation else {
            throw MuxerError("timeInvalid", "A picture is shown before MPEG-TS can have it decoded.", .dropSample)
        }
        return (decode, presentation)
    }

    private static let ticksPerSecond: Int64 = 90_000
    /// A quarter of a second: six pictures of 24. Decoders are made for at most a second.
    private static let decodeLeadTicks: Int64 = 22_500
    /// libav holds audio until it has some 3 KB, and its tables need a packet each.
    private static let heldByteCountMax = 16 * 1024
    /// Whole packets, so that none is handed over in two pieces.
    private static let bufferByteCount = Int32(LibAVSink.packetByteCount * 348)
    private static let serviceDescription: UInt16 = 0x11
    /// In seconds; sixteen years.
    private static let never = "500000000"
}

extension MuxedTrack {
    fileprivate var isInTransportStreams: Bool {
        switch self.format {
        case .video(let format): format.codec == .h264 || format.codec == .hevc
        case .audio(let format): [.aac, .mp3, .ac3].contains(format.codec)
        }
    }

    fileprivate var configurationByteCount: Int {
        switch self.format {
        case .video(let format): format.configuration.count
        case .audio(let format): format.configuration.count
        }
    }
}
