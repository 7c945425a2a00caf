internal import Primitives

/// The head of an E-AC-3 frame (ETSI TS 102 366 annex E): each frame describes itself.
package struct EAC3Header: Equatable, Sendable {
    package private(set) var sampleRate: Int
    /// Of this substream; a dependent one may add more.
    package private(set) var channelCount: Int
    package private(set) var samplesPerFrame: Int
    package private(set) var frameByteCount: Int
    /// 0 independent, 1 dependent, 2 converted from AC-3.
    package private(set) var streamType: UInt8
    package private(set) var substreamID: UInt8
    package private(set) var bitstreamID: UInt8
    package private(set) var channelMode: UInt8
    package private(set) var hasLowFrequency: Bool

    /// Nil where the bytes do not begin with an E-AC-3 frame. They may end before the frame does.
    package init?(_ bytes: borrowing RawSpan) {
        var reader = BitReader(bytes.copy(from: 0, count: 8))
        do { try self.init(&reader) } catch { return nil }
    }

    package var format: AudioFormat {
        var format = AudioFormat(codec: .eac3, configuration: [])
        format.sampleRate = self.sampleRate
        format.channelCount = self.channelCount
        format.samplesPerUnit = self.samplesPerFrame
        return format
    }

    private init(_ reader: inout BitReader) throws(BitReader.End) {
        guard try reader.bits(16) == 0x0b77 else { throw BitReader.End() }
        self.streamType = UInt8(try reader.bits(2))
        self.substreamID = UInt8(try reader.bits(3))
        self.frameByteCount = (Int(try reader.bits(11)) &+ 1) &* 2
        let (rateCode, secondCode) = (Int(try reader.bits(2)), Int(try reader.bits(2)))
        self.channelMode = UInt8(try reader.bits(3))
        self.hasLowFrequency = try reader.flag()
        self.bitstreamID = UInt8(try reader.bits(5))
        guard self.streamType < 3, (11...16).contains(self.bitstreamID), rateCode < 3 || secondCode < 3 else {
            throw BitReader.End()
        }
        self.channelCount = AC3Header.channelCounts[Int(self.channelMode)] &+ (self.hasLowFrequency ? 1 : 0)
        // The second code is the number of blocks, or, after 3, one of the lower rates with six blocks.
        self.sampleRate = rateCode < 3 ? [48_000, 44_100, 32_000][rateCode] : [24_000, 22_050, 16_000][secondCode]
        self.samplesPerFrame = 256 &* (rateCode < 3 ? [1, 2, 3, 6][secondCode] : 6)
    }
}
