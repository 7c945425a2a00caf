internal import Primitives

/// The head of an AC-3 frame (ETSI TS 102 366 §4.4): each frame describes itself.
package struct AC3Header: Equatable, Sendable {
    package private(set) var sampleRate: Int
    package private(set) var channelCount: Int
    package private(set) var frameByteCount: Int
    package private(set) var bitstreamID: UInt8
    package private(set) var bitstreamMode: UInt8
    package private(set) var channelMode: UInt8
    package private(set) var hasLowFrequency: Bool
    /// As dac3 has it: half of frmsizecod.
    package private(set) var bitRateCode: UInt8

    /// Six blocks of 256.
    package static let samplesPerFrame = 1536

    /// By acmod, without the low frequencies.
    static let channelCounts = [2, 1, 2, 3, 3, 4, 4, 5]

    /// Nil where the bytes do not begin with an AC-3 frame. They may end before the frame does.
    package init?(_ bytes: borrowing RawSpan) {
        var reader = BitReader(bytes.copy(from: 0, count: 8))
        do { try self.init(&reader) } catch { return nil }
    }

    package var format: AudioFormat {
        var format = AudioFormat(codec: .ac3, configuration: [])
        format.sampleRate = self.sampleRate
        format.channelCount = self.channelCount
        format.samplesPerUnit = Self.samplesPerFrame
        return format
    }

    private init(_ reader: inout BitReader) throws(BitReader.End) {
        guard try reader.bits(16) == 0x0b77 else { throw BitReader.End() }
        try reader.skip(16)
        let (rateCode, sizeCode) = (Int(try reader.bits(2)), Int(try reader.bits(6)))
        self.bitstreamID = UInt8(try reader.bits(5))
        self.bitstreamMode = UInt8(try reader.bits(3))
        self.channelMode = UInt8(try reader.bits(3))
        guard rateCode < 3, sizeCode / 2 < Self.bitRates.count, self.bitstreamID <= 10 else { throw BitReader.End() }
        // Mix levels of centre and surround, where there are such channels.
        if self.channelMode & 1 == 1, self.channelMode != 1 { try reader.skip(2) }
        if self.channelMode & 4 != 0 { try reader.skip(2) }
        if self.channelMode == 2 { try reader.skip(2) }
        self.hasLowFrequency = try reader.flag()
        self.channelCount = Self.channelCounts[Int(self.channelMode)] &+ (self.hasLowFrequency ? 1 : 0)
        self.bitRateCode = UInt8(sizeCode / 2)
        let rate = [48_000, 44_100, 32_000][rateCode]
        let byteCount = Self.bitRates[sizeCode / 2] &* 1000 &* Self.samplesPerFrame / rate / 16 &* 2
        // At 44.1 kHz frames are rounded to words, now down, now up.
        self.frameByteCount = byteCount &+ (rateCode == 1 ? (sizeCode & 1) &* 2 : 0)
        // Versions 9 and 10 are made for half and a quarter of the rate.
        self.sampleRate = rate >> max(Int(self.bitstreamID) &- 8, 0)
    }

    /// In kbit/s, by half of frmsizecod.
    private static let bitRates = [
        32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
    ]
}
