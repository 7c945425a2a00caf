internal import CLibAV
internal import MediaTypes

extension MuxedTrack {
    /// Tells libav what the track is, as its demuxer of MP4 would have.
    func describe(to parameters: UnsafeMutablePointer<AVCodecParameters>) throws(MuxerError) {
        switch self.format {
        case .video(let format):
            parameters.pointee.codec_type = AVMEDIA_TYPE_VIDEO
            try format.describe(to: parameters)
        case .audio(let format):
            parameters.pointee.codec_type = AVMEDIA_TYPE_AUDIO
            try format.describe(to: parameters)
        }
    }
}

extension VideoFormat {
    fileprivate func describe(to parameters: UnsafeMutablePointer<AVCodecParameters>) throws(MuxerError) {
        guard self.width > 0, self.height > 0 else {
            throw MuxerError("formatRefused", "The size of the picture is not known.")
        }
        parameters.pointee.width = Int32(clamping: self.width)
        parameters.pointee.height = Int32(clamping: self.height)
        switch self.codec {
        case .h264: parameters.pointee.codec_id = AV_CODEC_ID_H264
        case .hevc:
            parameters.pointee.codec_id = AV_CODEC_ID_HEVC
            // With hvc1 the parameter sets are in the configuration, which Apple's players ask for.
            parameters.pointee.codec_tag = podo_mktag(0x68, 0x76, 0x63, 0x31)
        case .av1: parameters.pointee.codec_id = AV_CODEC_ID_AV1
        case .vp9:
            parameters.pointee.codec_id = AV_CODEC_ID_VP9
            try self.describeVP9(to: parameters)
        }
        if self.codec != .vp9 { try parameters.setConfiguration(self.configuration) }
        if let color = self.color { color.describe(to: parameters) }
    }

    /// libav makes vpcC anew, from what it says.
    private func describeVP9(to parameters: UnsafeMutablePointer<AVCodecParameters>) throws(MuxerError) {
        guard let record = VP9Configuration(self.configuration.span.bytes), record.chromaSubsampling <= 3 else {
            throw MuxerError("formatRefused", "The configuration of VP9 cannot be read.")
        }
        parameters.pointee.profile = Int32(record.profile)
        parameters.pointee.level = Int32(record.level)
        let formats: [AVPixelFormat] =
            switch record.chromaSubsampling {
            case 0, 1: [AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_YUV420P12LE]
            case 2: [AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV422P10LE, AV_PIX_FMT_YUV422P12LE]
            default: [AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV444P10LE, AV_PIX_FMT_YUV444P12LE]
            }
        // 8, 10 or 12: the record was refused otherwise.
        parameters.pointee.format = formats[min(Int(record.bitDepth &- 8) / 2, 2)].rawValue
        parameters.pointee.chroma_location =
            record.chromaSubsampling == 1 ? AVCHROMA_LOC_TOPLEFT : AVCHROMA_LOC_LEFT
        parameters.pointee.color_range = record.isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
        parameters.pointee.color_primaries = AVColorPrimaries(rawValue: UInt32(record.primaries))
        parameters.pointee.color_trc = AVColorTransferCharacteristic(rawValue: UInt32(record.transfer))
        parameters.pointee.color_space = AVColorSpace(rawValue: UInt32(record.matrix))
    }

    /// Light levels, for screens that show more than the usual.
    func describeLight(to stream: UnsafeMutablePointer<AVStream>) throws(MuxerError) {
        guard let color = self.color, color.lightLevelMax != nil || color.frameAverageLightLevelMax != nil else {
            return
        }
        var byteCount = 0
        guard let light = av_content_light_metadata_alloc(&byteCount) else {
            throw MuxerError("outOfMemory", "libav could not take the light levels.")
        }
        light.pointee.MaxCLL = UInt32(color.lightLevelMax ?? 0)
        light.pointee.MaxFALL = UInt32(color.frameAverageLightLevelMax ?? 0)
        let isTaken = av_stream_add_side_data(
            stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, UnsafeMutableRawPointer(light).assumingMemoryBound(to: UInt8.self),
            byteCount)
        guard isTaken >= 0 else {
            av_free(light)
            throw MuxerError("outOfMemory", "libav could not take the light levels.")
        }
    }
}

extension VideoColor {
    fileprivate func describe(to parameters: UnsafeMutablePointer<AVCodecParameters>) {
        if let primaries = self.primaries {
            parameters.pointee.color_primaries = AVColorPrimaries(rawValue: UInt32(primaries))
        }
        if let transfer = self.transfer {
            parameters.pointee.color_trc = AVColorTransferCharacteristic(rawValue: UInt32(transfer))
        }
        if let matrix = self.matrix { parameters.pointee.color_space = AVColorSpace(rawValue: UInt32(matrix)) }
        if let isFullRange = self.isFullRange {
            parameters.pointee.color_range = isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
        }
    }
}

extension AudioFormat {
    fileprivate func describe(to parameters: UnsafeMutablePointer<AVCodecParameters>) throws(MuxerError) {
        guard self.sampleRate > 0, let rate = Int32(exactly: self.sampleRate) else {
            throw MuxerError("formatRefused", "The sample rate is not known.")
        }
        parameters.pointee.sample_rate = rate
        parameters.pointee.frame_size = Int32(clamping: self.samplesPerUnit)
        // Two where it is not told: what the codec itself says goes before this.
        let channelCount = self.channelCount > 0 ? Int32(clamping: self.channelCount) : 2
        av_channel_layout_default(&parameters.pointee.ch_layout, channelCount)
        switch self.codec {
        case .aac: parameters.pointee.codec_id = AV_CODEC_ID_AAC
        case .mp3: parameters.pointee.codec_id = AV_CODEC_ID_MP3
        case .opus: parameters.pointee.codec_id = AV_CODEC_ID_OPUS
        case .ac3: parameters.pointee.codec_id = AV_CODEC_ID_AC3
        case .eac3: parameters.pointee.codec_id = AV_CODEC_ID_EAC3
        case .flac: parameters.pointee.codec_id = AV_CODEC_ID_FLAC
        }
        if self.codec == .opus {
            try parameters.setConfiguration(try Self.opusHead(self.configuration))
        } else if !self.configuration.isEmpty {
            try parameters.setConfiguration(self.configuration)
        }
    }

    /// libav wants the header as Ogg has it (RFC 7845 §5.1): with its magic word, version 1, and little-endian.
    private static func opusHead(_ record: [UInt8]) throws(MuxerError) -> [UInt8] {
        guard record.count >= 11 else {
            throw MuxerError("formatRefused", "The configuration of Opus cannot be read.")
        }
        var head = Array("OpusHead".utf8) + [1, record[1]]
        for field in [2..<4, 4..<8, 8..<10] { head += record[field].reversed() }
        return head + record[10...]
    }
}

extension UnsafeMutablePointer<AVCodecParameters> {
    /// The configuration, with zeros behind it, in memory that libav frees.
    fileprivate func setConfiguration(_ bytes: [UInt8]) throws(MuxerError) {
        guard let byteCount = Int32(exactly: bytes.count),
            let copy = av_mallocz(bytes.count + LibAVWriter.paddingByteCount)
        else { throw MuxerError("outOfMemory", "libav could not take the configuration.") }
        copy.copyMemory(from: bytes, byteCount: bytes.count)
        self.pointee.extradata = copy.assumingMemoryBound(to: UInt8.self)
        self.pointee.extradata_size = byteCount
    }
}
