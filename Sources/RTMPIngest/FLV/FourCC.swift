internal import MediaTypes

/// The codecs of Enhanced RTMP by their four characters, read as a big-endian number.
enum FourCC {
    static func videoCodec(_ code: UInt32) -> VideoCodec? {
        switch code {
        case 0x6176_6331: .h264  // avc1
        case 0x6876_6331: .hevc  // hvc1
        case 0x6176_3031: .av1  // av01
        case 0x7670_3039: .vp9  // vp09
        default: nil
        }
    }

    static func audioCodec(_ code: UInt32) -> AudioCodec? {
        switch code {
        case 0x6d70_3461: .aac  // mp4a
        case 0x2e6d_7033: .mp3  // .mp3
        case 0x4f70_7573: .opus  // Opus
        case 0x6163_2d33: .ac3  // ac-3
        case 0x6563_2d33: .eac3  // ec-3
        case 0x664c_6143: .flac  // fLaC
        default: nil
        }
    }
}
