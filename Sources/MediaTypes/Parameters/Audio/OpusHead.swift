internal import Primitives

/// Opus's identification header (RFC 7845 §5.1), little-endian with its magic word or as dOps stores it.
package struct OpusHead: Equatable, Sendable {
    package private(set) var channelCount: UInt8
    /// Samples at 48 kHz that a player throws away at the start.
    package private(set) var preSkip: UInt16 = 0
    package private(set) var inputSampleRate: UInt32 = 48_000
    package private(set) var outputGain: Int16 = 0
    package private(set) var mappingFamily: UInt8 = 0
    /// Stream count, coupled count and a byte for each channel, where the family is not 0.
    package private(set) var mapping: [UInt8] = []

    /// Nil where it is neither form.
    package init?(_ bytes: borrowing RawSpan) {
        let isLittleEndian = bytes.has("OpusHead", at: 0)
        let start = isLittleEndian ? 8 : 0
        guard let version = bytes.byte(at: start), let channelCount = bytes.byte(at: start &+ 1), channelCount > 0,
            let preSkip = bytes.bigEndianUInt16(at: start &+ 2), let rate = bytes.bigEndianUInt32(at: start &+ 4),
            let gain = bytes.bigEndianUInt16(at: start &+ 8), let family = bytes.byte(at: start &+ 10)
        else { return nil }
        // Minor versions of the header may differ; dOps has version 0 only.
        guard isLittleEndian ? version < 16 : version == 0 else { return nil }
        self.channelCount = channelCount
        self.preSkip = isLittleEndian ? preSkip.byteSwapped : preSkip
        self.inputSampleRate = isLittleEndian ? rate.byteSwapped : rate
        self.outputGain = Int16(bitPattern: isLittleEndian ? gain.byteSwapped : gain)
        self.mappingFamily = family
        guard family != 0 else {
            if channelCount > 2 { return nil }
            return
        }
        self.mapping = bytes.copy(from: start &+ 11, count: Int(channelCount) &+ 2)
        guard self.mapping.count == Int(channelCount) &+ 2 else { return nil }
    }

    /// For publishers that send no header: as many channels as they told elsewhere, otherwise what the first packet
    /// says, and 312 samples of look-ahead. For more than eight channels no order is known.
    package init(channelCount: UInt8?, isStereo: Bool) {
        self.preSkip = 312
        self.channelCount = isStereo ? 2 : 1
        guard let channelCount else { return }
        if let layout = Self.layouts[channelCount] {
            self.channelCount = channelCount
            self.mappingFamily = 1
            self.mapping = layout
        } else if channelCount == 1 || channelCount == 2 {
            self.channelCount = channelCount
        }
    }

    /// What the dOps box holds (Opus in ISO BMFF §4.3.2): big-endian, without a magic word.
    package var record: [UInt8] {
        var record: [UInt8] = [0, self.channelCount]
        record.appendBigEndian(self.preSkip)
        record.appendBigEndian(self.inputSampleRate)
        record.appendBigEndian(UInt16(bitPattern: self.outputGain))
        record.append(self.mappingFamily)
        return record + self.mapping
    }

    /// Always at 48 kHz; how long a unit is only its packet tells.
    package var format: AudioFormat {
        var format = AudioFormat(codec: .opus, configuration: self.record)
        format.sampleRate = OpusPacket.sampleRate
        format.channelCount = Int(self.channelCount)
        return format
    }

    /// Stream count, coupled count and each channel's place, in the order of RFC 7845 §5.1.1.2.
    private static let layouts: [UInt8: [UInt8]] = [
        3: [2, 1, 0, 2, 1], 4: [2, 2, 0, 1, 2, 3], 5: [3, 2, 0, 4, 1, 2, 3], 6: [4, 2, 0, 4, 1, 2, 3, 5],
        7: [4, 3, 0, 4, 1, 2, 3, 5, 6], 8: [5, 3, 0, 6, 1, 2, 3, 4, 5, 7],
    ]
}
