internal import CLibAV
package import MediaTypes

/// Makes a small JPEG picture of one keyframe: decodes, scales and encodes by libav. No clock, no state, no I/O; it
/// computes for milliseconds, so it is not for a loop: 13 to 17 ms of CPU time for 1920 by 1080 points of H.264, 38 for
/// 3840 by 2160, measured on a virtual machine of two x86-64 cores while others were compiling.
package struct ThumbnailMaker: Sendable {
    /// A JPEG file and its size in points.
    package struct Picture: Equatable, Sendable {
        package let jpeg: [UInt8]
        package let width: Int
        package let height: Int
    }

    private let limits: ThumbnailLimits

    package init(limits: ThumbnailLimits = ThumbnailLimits()) { self.limits = limits }

    /// - Parameter keyframe: As it is in an access unit: NAL units behind lengths of four bytes, a temporal unit of
    ///   AV1, a frame of VP9.
    package func picture(
        of keyframe: borrowing RawSpan, _ format: VideoFormat
    ) throws(ThumbnailError) -> Picture {
        LibAVWriter.silence()
        guard keyframe.byteCount <= self.limits.inputByteCountMax else { throw .inputTooLarge }
        guard !keyframe.isEmpty else { throw .undecodable }
        let decoded = try KeyframeDecoder(limits: self.limits).decode(format, keyframe)
        let scaled = try PictureScaler(limits: self.limits).scale(decoded, format.color)
        return Picture(
            jpeg: try JPEGEncoder(limits: self.limits).encode(scaled), width: Int(scaled.pointer.pointee.width),
            height: Int(scaled.pointer.pointee.height))
    }
}
