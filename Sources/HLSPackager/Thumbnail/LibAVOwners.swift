internal import CLibAV

/// One of libav's pictures; frees it, with the memory that it refers to.
struct LibAVFrame: ~Copyable {
    let pointer: UnsafeMutablePointer<AVFrame>

    init() throws(ThumbnailError) {
        guard let pointer = av_frame_alloc() else { throw .outOfMemory }
        self.pointer = pointer
    }

    deinit {
        var pointer: UnsafeMutablePointer<AVFrame>? = self.pointer
        av_frame_free(&pointer)
    }
}

/// A packet; frees it, with its bytes.
struct LibAVPacket: ~Copyable {
    let pointer: UnsafeMutablePointer<AVPacket>

    init() throws(ThumbnailError) {
        guard let pointer = av_packet_alloc() else { throw .outOfMemory }
        self.pointer = pointer
    }

    deinit {
        var pointer: UnsafeMutablePointer<AVPacket>? = self.pointer
        av_packet_free(&pointer)
    }

    /// Takes a copy, with the zeros behind it that decoders read into.
    func fill(_ pieces: UnsafeRawBufferPointer...) throws(ThumbnailError) {
        let byteCount = pieces.reduce(0) { $0 + $1.count }
        guard let count = Int32(exactly: byteCount), av_new_packet(self.pointer, count) >= 0,
            var target = UnsafeMutableRawPointer(self.pointer.pointee.data)
        else { throw .outOfMemory }
        for piece in pieces {
            guard let start = piece.baseAddress else { continue }
            target.copyMemory(from: start, byteCount: piece.count)
            target += piece.count
        }
    }
}

/// A decoder or an encoder with no threads of its own; closes it.
struct LibAVCodec: ~Copyable {
    let pointer: UnsafeMutablePointer<AVCodecContext>
    private let codec: UnsafePointer<AVCodec>

    init(_ codec: UnsafePointer<AVCodec>?) throws(ThumbnailError) {
        guard let codec else { throw .codecMissing }
        guard let pointer = avcodec_alloc_context3(codec) else { throw .outOfMemory }
        self.codec = codec
        self.pointer = pointer
        pointer.pointee.thread_count = 1
    }

    deinit {
        var pointer: UnsafeMutablePointer<AVCodecContext>? = self.pointer
        avcodec_free_context(&pointer)
    }

    /// False where libav cannot work with what was set.
    func open() -> Bool { avcodec_open2(self.pointer, self.codec, nil) >= 0 }
}
