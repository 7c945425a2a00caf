internal import CLibAV
internal import MediaTypes

/// Decodes one keyframe by libav, with a decoder that is opened for it alone: nothing of one picture, or of its errors,
/// is there for the next.
///
/// The bytes are a publisher's. libav refuses pictures of more points than the limit before it has memory for them, and
/// a picture with an error anywhere is no picture: players see the stream, a thumbnail can wait for the next keyframe.
struct KeyframeDecoder {
    let limits: ThumbnailLimits

    func decode(_ format: VideoFormat, _ keyframe: borrowing RawSpan) throws(ThumbnailError) -> LibAVFrame {
        let decoder = try self.open(format)
        let packet = try LibAVPacket()
        try keyframe.withUnsafeBytes { (bytes) throws(ThumbnailError) in
            // The sequence header of AV1 may be in the configuration only, behind four bytes.
            let head = format.codec == .av1 ? Array(format.configuration.dropFirst(4)) : []
            try head.span.bytes.withUnsafeBytes { (head) throws(ThumbnailError) in try packet.fill(head, bytes) }
        }
        return try self.picture(decoder, packet)
    }

    /// The one picture of a packet.
    func picture(
        _ decoder: borrowing LibAVCodec, _ packet: borrowing LibAVPacket
    ) throws(ThumbnailError) -> LibAVFrame {
        packet.pointer.pointee.flags |= AV_PKT_FLAG_KEY
        let frame = try LibAVFrame()
        // The end after the only packet: decoders that reorder would hold the picture back.
        guard avcodec_send_packet(decoder.pointer, packet.pointer) >= 0, avcodec_send_packet(decoder.pointer, nil) >= 0,
            avcodec_receive_frame(decoder.pointer, frame.pointer) >= 0
        else { throw .undecodable }
        let picture = frame.pointer.pointee
        guard picture.decode_error_flags == 0, picture.flags & AV_FRAME_FLAG_CORRUPT == 0, picture.width > 0,
            picture.height > 0
        else { throw .undecodable }
        try self.check(width: Int(picture.width), height: Int(picture.height))
        return frame
    }

    /// Holds a decoder to what a picture may be.
    func bound(_ decoder: borrowing LibAVCodec) {
        decoder.pointer.pointee.max_pixels = Int64(self.limits.pixelCountMax)
        decoder.pointer.pointee.err_recognition = AV_EF_EXPLODE
    }

    private func open(_ format: VideoFormat) throws(ThumbnailError) -> LibAVCodec {
        try self.check(width: format.width, height: format.height)
        let decoder = try LibAVCodec(Self.codec(format.codec))
        self.bound(decoder)
        if format.codec == .h264 || format.codec == .hevc {
            guard let byteCount = Int32(exactly: format.configuration.count),
                let copy = av_mallocz(format.configuration.count + LibAVWriter.paddingByteCount)
            else { throw .outOfMemory }
            copy.copyMemory(from: format.configuration, byteCount: format.configuration.count)
            decoder.pointer.pointee.extradata = copy.assumingMemoryBound(to: UInt8.self)
            decoder.pointer.pointee.extradata_size = byteCount
        }
        guard decoder.open() else { throw .undecodable }
        return decoder
    }

    private func check(width: Int, height: Int) throws(ThumbnailError) {
        let sideMax = self.limits.pictureSideMax
        guard width <= sideMax, height <= sideMax, width * height <= self.limits.pixelCountMax else {
            throw .pictureTooLarge
        }
    }

    private static func codec(_ codec: VideoCodec) -> UnsafePointer<AVCodec>? {
        switch codec {
        case .h264: avcodec_find_decoder(AV_CODEC_ID_H264)
        case .hevc: avcodec_find_decoder(AV_CODEC_ID_HEVC)
        // libav's own decoder of AV1 needs a graphics card.
        case .av1: avcodec_find_decoder_by_name("libdav1d")
        case .vp9: avcodec_find_decoder(AV_CODEC_ID_VP9)
        }
    }
}
