/// What the parts of a generated stream are made of: configuration records that encoders wrote for 320 x 180 pixels,
/// and units whose first bytes are as each codec wants them.
package enum GeneratedMedia {
    package static func configuration(_ video: GeneratedStream.Video) -> [UInt8] {
        switch video {
        case .avc:
            hex("014d400cffe1001967") + hex("4d400ceca0a0cfcf80880000030008000003019078a14cb0")
                + hex("01000568ebe3cb20")
        case .hevc, .legacyHEVC:
            hex("0101600000009000000000003cf000fcfdf8f800000f03a00001001840010c01ffff01600000030090000003")
                + hex("000003003c959809a10001002b42010101600000030090000003000003003ca00a080b9f796566924caf0168")
                + hex("08000003000800000300c840a2000100074401c172b46240")
        case .av1: hex("81000c000a0b000000043cfeccdaf90040")
        case .vp9: hex("01000000000b820202020000")
        }
    }

    /// Empty for codecs whose frames describe themselves.
    package static func configuration(_ audio: GeneratedStream.Audio) -> [UInt8] {
        switch audio {
        case .aac: hex("1210")
        case .opus: Array("OpusHead".utf8) + hex("0102380180bb0000000000")
        case .flac: Array("fLaC".utf8) + hex("80000022") + self.flacStreamInfo
        case .mp3, .ac3, .eac3: []
        }
    }

    /// 4096 samples a block, 44.1 kHz, two channels of 16 bits.
    package static let flacStreamInfo =
        hex("100010000000000000000ac442f000000000") + [UInt8](repeating: 0, count: 16)

    package static func sampleRate(_ audio: GeneratedStream.Audio) -> Double {
        switch audio {
        case .aac, .mp3, .flac: 44_100
        case .opus, .ac3, .eac3: 48_000
        }
    }

    package static func samplesPerUnit(_ audio: GeneratedStream.Audio) -> Int {
        switch audio {
        case .aac: 1024
        case .mp3: 1152
        case .opus: 960
        case .ac3, .eac3: 1536
        case .flac: 4096
        }
    }

    /// One coded picture of about `count` bytes, NAL units with lengths of four bytes where there are any.
    static func picture(
        _ video: GeneratedStream.Video, isKey: Bool, count: Int, _ random: inout SplitMix
    ) -> [UInt8] {
        let body = random.bytes(max(8, count - 5))
        switch video {
        case .avc: return bigEndian(UInt32(body.count + 1)) + [isKey ? 0x65 : 0x41] + body
        case .hevc, .legacyHEVC:
            // IDR_W_RADL or TRAIL_R, temporal layer 0.
            return bigEndian(UInt32(body.count + 2)) + [isKey ? 19 << 1 : 1 << 1, 1] + body
        case .av1:
            let sequence = isKey ? hex("0a0b000000043cfeccdaf90040") : []
            // A frame with its size; its first byte tells key from inter by show_existing_frame and frame_type.
            return sequence + [0x32] + self.leb128(body.count + 1) + [isKey ? 0x10 : 0x30] + body
        case .vp9: return [isKey ? 0x82 : 0x86, 0x49, 0x83, 0x42] + body
        }
    }

    static func sound(_ audio: GeneratedStream.Audio, count: Int, _ random: inout SplitMix) -> [UInt8] {
        switch audio {
        case .aac: [0x21] + random.bytes(max(8, count))
        case .opus: [0xfc] + random.bytes(max(8, count))
        case .mp3: hex("fffb9000") + random.bytes(413)
        case .ac3: hex("0b770000144040") + random.bytes(761)
        case .eac3: hex("0b77017f3480") + random.bytes(762)
        case .flac: hex("fff8c9180000") + random.bytes(max(8, count))
        }
    }

    private static func leb128(_ value: Int) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        repeat {
            bytes.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        return bytes
    }
}

/// The bytes that hexadecimal digits name; nothing where they name none.
func hex(_ digits: String) -> [UInt8] {
    let values = digits.compactMap(\.hexDigitValue)
    return stride(from: 0, to: values.count - 1, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
}
