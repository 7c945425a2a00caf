internal import Primitives

/// The head of an MPEG-1, 2 or 2.5 layer III frame (ISO/IEC 11172-3 §2.4.1.3): each frame describes itself.
package struct MP3Header: Equatable, Sendable {
    package private(set) var sampleRate: Int
    package private(set) var channelCount: Int
    /// 1152 in MPEG-1, 576 in the others.
    package private(set) var samplesPerFrame: Int
    package private(set) var frameByteCount: Int
    package private(set) var bitRate: Int

    /// Nil where the bytes do not begin with such a frame, or with one of free format. They may end before it does.
    package init?(_ bytes: borrowing RawSpan) {
        guard let header = bytes.bigEndianUInt32(at: 0), header >> 21 == 0x7ff, header >> 17 & 3 == 1 else {
            return nil
        }
        let (version, rateCode, bitRateCode) = (header >> 19 & 3, header >> 10 & 3, header >> 12 & 15)
        guard version != 1, rateCode < 3, bitRateCode > 0, bitRateCode < 15 else { return nil }
        let isFirstVersion = version == 3
        // MPEG-2 halves the rates of MPEG-1, and MPEG-2.5, version 0, halves them again.
        self.sampleRate = [44_100, 48_000, 32_000][Int(rateCode)] >> (isFirstVersion ? 0 : version == 2 ? 1 : 2)
        self.channelCount = header >> 6 & 3 == 3 ? 1 : 2
        self.samplesPerFrame = isFirstVersion ? 1152 : 576
        let bitRates = isFirstVersion ? Self.firstBitRates : Self.secondBitRates
        self.bitRate = bitRates[Int(bitRateCode) &- 1] &* 1000
        self.frameByteCount = self.samplesPerFrame / 8 &* self.bitRate / self.sampleRate &+ Int(header >> 9 & 1)
    }

    package var format: AudioFormat {
        var format = AudioFormat(codec: .mp3, configuration: [])
        format.sampleRate = self.sampleRate
        format.channelCount = self.channelCount
        format.samplesPerUnit = self.samplesPerFrame
        return format
    }

    /// In kbit/s, by bitrate_index from 1, in MPEG-1 and in the others.
    private static let firstBitRates = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    private static let secondBitRates = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
}
