/// FLAC's STREAMINFO (RFC 9639 §8.2), with or without the magic word and the header of its block.
package struct FLACStreamInfo: Equatable, Sendable {
    package var sampleRate: Int
    package var channelCount: Int
    package var bitsPerSample: Int
    /// Smallest and largest number of samples in a block.
    package var blockSamplesMin: Int
    package var blockSamplesMax: Int
    /// The 34 bytes of the block, without its header.
    package var block: [UInt8]

    /// Nil where it is neither form, or says a rate of 0.
    package init?(_ bytes: borrowing RawSpan) { return nil }

    package var format: AudioFormat { AudioFormat(codec: .flac, configuration: self.block) }
}
