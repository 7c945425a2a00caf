/// Opus's identification header (RFC 7845 §5.1), little-endian with its magic word or as dOps stores it.
package struct OpusHead: Equatable, Sendable {
    package var channelCount: UInt8
    /// Samples at 48 kHz that a player throws away at the start.
    package var preSkip: UInt16 = 0
    package var inputSampleRate: UInt32 = 48_000
    package var outputGain: Int16 = 0
    package var mappingFamily: UInt8 = 0
    /// Stream count, coupled count and a byte for each channel, where the family is not 0.
    package var mapping: [UInt8] = []

    /// Nil where it is neither form.
    package init?(_ bytes: borrowing RawSpan) { return nil }

    /// For publishers that send no header.
    package init(channelCount: UInt8) { self.channelCount = channelCount }

    /// What the dOps box holds (Opus in ISO BMFF §4.3.2): big-endian, without a magic word.
    package var record: [UInt8] { [] }

    package var format: AudioFormat { AudioFormat(codec: .opus, configuration: self.record) }
}
