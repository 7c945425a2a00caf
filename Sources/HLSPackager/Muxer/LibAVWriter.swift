internal import CLibAV
internal import MediaTypes

/// libav's writer of one container format: owns its pointers, and turns what it answers into errors.
///
/// Payloads are lent to libav for the length of a call, never copied here. libav interleaves nothing: it writes in the
/// order of the calls. Its log goes nowhere.
final class LibAVWriter {
    let sink: LibAVSink
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let output: UnsafeMutablePointer<AVIOContext>
    private let packet: UnsafeMutablePointer<AVPacket>

    /// A container with a stream for each track. The buffer is the most that libav can go back over to fill in a size.
    init(_ container: String, _ tracks: [MuxedTrack], bufferByteCount: Int32) throws(MuxerError) {
        Self.silence()
        self.sink = LibAVSink()
        var context: UnsafeMutablePointer<AVFormatContext>?
        _ = avformat_alloc_output_context2(&context, nil, container, nil)
        let buffer = av_malloc(Int(bufferByteCount))?.assumingMemoryBound(to: UInt8.self)
        let output = avio_alloc_context(
            buffer, bufferByteCount, 1, Unmanaged.passUnretained(self.sink).toOpaque(), nil,
            { LibAVWriter.receive($0, $1, $2) }, nil)
        let packet = av_packet_alloc()
        guard let context, let output, let packet, buffer != nil else {
            Self.free(context, output, packet)
            throw MuxerError("outOfMemory", "libav could not make a writer of \(container).")
        }
        self.context = context
        self.output = output
        self.packet = packet
        output.pointee.seekable = 0
        context.pointee.pb = output
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT
        context.pointee.avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED
        context.pointee.max_delay = 0
        context.pointee.flush_packets = 0
        // Opus and FLAC in MP4 were once experiments.
        context.pointee.strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL
        for track in tracks { try self.add(track) }
    }

    deinit { Self.free(self.context, self.output, self.packet) }

    /// Writes what goes before the media; every option must be one that libav knows.
    func begin(_ options: KeyValuePairs<String, String>) throws(MuxerError) {
        var dictionary: OpaquePointer?
        defer { av_dict_free(&dictionary) }
        for (key, value) in options {
            try self.check(av_dict_set(&dictionary, key, value, 0), "outOfMemory")
        }
        try self.check(avformat_write_header(self.context, &dictionary), "formatRefused")
        guard av_dict_count(dictionary) == 0 else {
            throw MuxerError("formatRefused", "This version of libav lacks an option of the writer.")
        }
        try self.drain("formatRefused")
    }

    /// The ticks a second that libav chose for a track; to be asked after `begin`.
    func timescale(ofTrack index: Int) -> Int32 {
        guard let stream = self.context.pointee.streams[index], stream.pointee.time_base.num == 1 else { return 0 }
        return stream.pointee.time_base.den
    }

    func setOption(_ name: String, _ value: String) throws(MuxerError) {
        try self.check(av_opt_set(self.context.pointee.priv_data, name, value, 0), "optionRefused")
    }

    /// Blocks of bytes go to the sink as they are, not through the buffer: saves a copy, where libav goes back only
    /// over what it wrote as numbers.
    var isUnbuffered: Bool {
        get { self.output.pointee.direct != 0 }
        set { self.output.pointee.direct = newValue ? 1 : 0 }
    }

    /// Times are in ticks of the stream as libav counts them. libav may read some bytes beyond the end of formats that
    /// it takes apart: such bytes have to be lent with `paddingByteCount` more behind them.
    func write(
        trackIndex: Int, decode: Int64, presentation: Int64, duration: Int64, isRandomAccess: Bool,
        _ bytes: UnsafeRawBufferPointer
    ) throws(MuxerError) {
        guard !bytes.isEmpty, let byteCount = Int32(exactly: bytes.count) else {
            throw MuxerError("sampleRefused", "A sample is empty, or larger than libav can take.")
        }
        self.packet.pointee.data = UnsafeMutablePointer(
            mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        self.packet.pointee.size = byteCount
        defer {
            self.packet.pointee.data = nil
            self.packet.pointee.size = 0
        }
        try self.write(trackIndex, decode, presentation, duration, isRandomAccess ? AV_PKT_FLAG_KEY : 0)
    }

    /// A packet of times only, which no track shows.
    func writeTimes(trackIndex: Int, decode: Int64, presentation: Int64) throws(MuxerError) {
        try self.write(trackIndex, decode, presentation, 0, 0)
    }

    private func write(
        _ trackIndex: Int, _ decode: Int64, _ presentation: Int64, _ duration: Int64, _ flags: Int32
    ) throws(MuxerError) {
        self.packet.pointee.stream_index = Int32(trackIndex)
        self.packet.pointee.dts = decode
        self.packet.pointee.pts = presentation
        self.packet.pointee.duration = duration
        self.packet.pointee.flags = flags
        try self.check(av_write_frame(self.context, self.packet), "sampleRefused")
        try self.check(self.output.pointee.error, "outputRefused")
    }

    /// Everything that libav holds goes to the sink.
    func flush() throws(MuxerError) {
        try self.check(av_write_frame(self.context, nil), "partRefused")
        try self.drain("partRefused")
    }

    private func drain(_ label: StaticString) throws(MuxerError) {
        avio_flush(self.output)
        try self.check(self.output.pointee.error, label)
    }

    private func add(_ track: MuxedTrack) throws(MuxerError) {
        guard let stream = avformat_new_stream(self.context, nil), let parameters = stream.pointee.codecpar else {
            throw MuxerError("outOfMemory", "libav could not add a track.")
        }
        stream.pointee.time_base = AVRational(num: 1, den: track.timescale)
        try track.describe(to: parameters)
        if case .video(let format) = track.format { try format.describeLight(to: stream) }
    }

    private func check(_ result: Int32, _ label: StaticString) throws(MuxerError) {
        if result < 0 { throw MuxerError(label, "libav says: \(Self.words(result)).") }
    }

    private static func words(_ error: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { text in
            guard let start = text.baseAddress, av_strerror(error, start, text.count) == 0 else {
                return "error \(error)"
            }
            return String(cString: start)
        }
    }

    private static func receive(
        _ opaque: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int32
    ) -> Int32 {
        guard let opaque, let bytes, count >= 0 else { return 0 }
        return Unmanaged<LibAVSink>.fromOpaque(opaque).takeUnretainedValue()
            .receive(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    }

    private static func free(
        _ context: UnsafeMutablePointer<AVFormatContext>?, _ output: UnsafeMutablePointer<AVIOContext>?,
        _ packet: UnsafeMutablePointer<AVPacket>?
    ) {
        var (output, packet) = (output, packet)
        avformat_free_context(context)
        // libav may have put another buffer in the place of the first.
        if let output { av_freep(&output.pointee.buffer) }
        avio_context_free(&output)
        av_packet_free(&packet)
    }

    /// Readers of bits in libav look this far ahead.
    static let paddingByteCount = Int(AV_INPUT_BUFFER_PADDING_SIZE)
    /// Set once, for the whole process: a hostile stream must not fill anyone's log.
    private static let isSilent: Void = av_log_set_level(AV_LOG_QUIET)

    /// Comes before every other use of libav.
    static func silence() { _ = Self.isSilent }
}
