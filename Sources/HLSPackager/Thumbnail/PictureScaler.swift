internal import CLibAV
internal import MediaTypes

/// Brings a decoded picture to the size and the colours of a JPEG: 4:2:0, the matrix of BT.601, full range (JFIF 1.02).
///
/// Whatever primaries and transfer the picture has are left alone: HDR comes out pale, but right in shape.
struct PictureScaler {
    let limits: ThumbnailLimits

    func scale(_ picture: borrowing LibAVFrame, _ color: VideoColor?) throws(ThumbnailError) -> LibAVFrame {
        let source = picture.pointer.pointee
        let aspect = source.sample_aspect_ratio
        let size = ThumbnailSize(
            width: Int(source.width), height: Int(source.height),
            pixelAspect: aspect.num > 0 && aspect.den > 0 ? Double(aspect.num) / Double(aspect.den) : 1,
            sideMax: self.limits.sideMax)
        let result = try LibAVFrame()
        result.pointer.pointee.width = Int32(size.width)
        result.pointer.pointee.height = Int32(size.height)
        result.pointer.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        guard av_frame_get_buffer(result.pointer, 0) >= 0 else { throw .outOfMemory }
        guard let scaler = sws_alloc_context() else { throw .outOfMemory }
        defer { sws_freeContext(scaler) }
        guard Self.prepare(scaler, source, size, color),
            sws_scale_frame(scaler, result.pointer, picture.pointer) >= 0
        else { throw .unscalable }
        // The same values under the name by which JPEG's encoder knows them.
        result.pointer.pointee.format = AV_PIX_FMT_YUVJ420P.rawValue
        result.pointer.pointee.color_range = AVCOL_RANGE_JPEG
        return result
    }

    /// What the picture says of itself goes before what its configuration said; where neither does, small pictures are
    /// taken for BT.601 and large ones for BT.709, as players do.
    private static func prepare(
        _ scaler: OpaquePointer, _ source: AVFrame, _ size: ThumbnailSize, _ color: VideoColor?
    ) -> Bool {
        var matrix = Int32(bitPattern: source.colorspace.rawValue)
        if source.colorspace == AVCOL_SPC_UNSPECIFIED, let said = color?.matrix { matrix = Int32(said) }
        if matrix == Int32(bitPattern: AVCOL_SPC_UNSPECIFIED.rawValue) {
            matrix = source.height >= Self.largeHeight ? SWS_CS_ITU709 : SWS_CS_ITU601
        }
        var isFullRange = source.color_range == AVCOL_RANGE_JPEG
        if source.color_range == AVCOL_RANGE_UNSPECIFIED { isFullRange = color?.isFullRange ?? false }
        let range: Int32 = isFullRange ? 1 : 0
        // Ranges have to be known when libav chooses its way: told later, it would copy where sizes are the same.
        let options: KeyValuePairs<String, Int64> = [
            "srcw": Int64(source.width), "srch": Int64(source.height), "src_format": Int64(source.format),
            "dstw": Int64(size.width), "dsth": Int64(size.height), "dst_format": Int64(AV_PIX_FMT_YUV420P.rawValue),
            "src_range": Int64(range), "dst_range": 1, "sws_flags": Int64(SWS_AREA | SWS_ACCURATE_RND),
        ]
        let isSet = options.allSatisfy { av_opt_set_int(UnsafeMutableRawPointer(scaler), $0.key, $0.value, 0) >= 0 }
        guard isSet, sws_init_context(scaler, nil, nil) >= 0 else { return false }
        // Both tables are libav's own, and stay. Of matrices that libav does not know, it takes BT.601.
        return sws_setColorspaceDetails(
            scaler, sws_getCoefficients(matrix), range, sws_getCoefficients(SWS_CS_ITU601), 1, 0, Self.one, Self.one)
            >= 0
    }

    private static let largeHeight = 720
    /// Contrast and saturation as they are, in 16.16.
    private static let one: Int32 = 1 << 16
}
