internal import CLibAV
internal import MediaTypes

/// Makes a JPEG of a picture that a stranger has sent, itself a JPEG or a PNG: decodes, makes smaller and encodes by
/// libav, with the limits and the care of `ThumbnailMaker`. Nothing of the stranger's file but its points comes
/// through: no EXIF, no comment, nothing behind the end. It computes for some hundred milliseconds at most; not for a
/// loop.
///
/// What is see-through in a PNG comes out in the colour that is stored there, and a turn that EXIF asks for is not
/// made.
package struct StillPictureMaker: Sendable {
    private let limits: ThumbnailLimits

    package init(limits: ThumbnailLimits) { self.limits = limits }

    package func picture(of bytes: [UInt8]) throws(ThumbnailError) -> ThumbnailMaker.Picture {
        LibAVWriter.silence()
        guard bytes.count <= self.limits.inputByteCountMax else { throw .inputTooLarge }
        let decoded = try self.decode(bytes)
        let scaled = try PictureScaler(limits: self.limits).scale(decoded, Self.color)
        return ThumbnailMaker.Picture(
            jpeg: try JPEGEncoder(limits: self.limits).encode(scaled), width: Int(scaled.pointer.pointee.width),
            height: Int(scaled.pointer.pointee.height))
    }

    private func decode(_ bytes: [UInt8]) throws(ThumbnailError) -> LibAVFrame {
        let keyframes = KeyframeDecoder(limits: self.limits)
        let decoder = try LibAVCodec(avcodec_find_decoder(try Self.codec(bytes)))
        keyframes.bound(decoder)
        guard decoder.open() else { throw .undecodable }
        let packet = try LibAVPacket()
        try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ThumbnailError) in try packet.fill(bytes) }
        return try keyframes.picture(decoder, packet)
    }

    /// By its first bytes; no other decoder of libav's is ever asked.
    private static func codec(_ bytes: [UInt8]) throws(ThumbnailError) -> AVCodecID {
        if bytes.starts(with: [0xff, 0xd8, 0xff]) { return AV_CODEC_ID_MJPEG }
        if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) { return AV_CODEC_ID_PNG }
        throw .undecodable
    }

    /// What a picture is that says nothing else: BT.601 and full range, however large (JFIF 1.02).
    private static let color: VideoColor = {
        var color = VideoColor()
        color.matrix = 6
        color.isFullRange = true
        return color
    }()
}
