internal import CLibAV

/// Writes a picture as a JPEG file by libav: JFIF without EXIF, comment or anything else that could tell of its maker.
struct JPEGEncoder {
    let limits: ThumbnailLimits

    func encode(_ picture: borrowing LibAVFrame) throws(ThumbnailError) -> [UInt8] {
        let encoder = try LibAVCodec(avcodec_find_encoder(AV_CODEC_ID_MJPEG))
        let context = encoder.pointer
        context.pointee.width = picture.pointer.pointee.width
        context.pointee.height = picture.pointer.pointee.height
        context.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
        context.pointee.color_range = AVCOL_RANGE_JPEG
        context.pointee.time_base = AVRational(num: 1, den: 1)
        context.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        // Without the flag libav writes its version into the file.
        context.pointee.flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT
        context.pointee.global_quality = FF_QP2LAMBDA * Int32(self.limits.quantizer)
        guard encoder.open() else { throw .codecMissing }
        picture.pointer.pointee.quality = context.pointee.global_quality
        picture.pointer.pointee.pts = 0
        let packet = try LibAVPacket()
        guard avcodec_send_frame(context, picture.pointer) >= 0, avcodec_send_frame(context, nil) >= 0,
            avcodec_receive_packet(context, packet.pointer) >= 0, let start = packet.pointer.pointee.data
        else { throw .outOfMemory }
        let byteCount = Int(packet.pointer.pointee.size)
        guard byteCount <= self.limits.outputByteCountMax else { throw .outputTooLarge }
        return Array(UnsafeBufferPointer(start: start, count: byteCount))
    }
}
