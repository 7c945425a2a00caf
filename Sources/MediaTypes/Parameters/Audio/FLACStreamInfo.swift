internal import Primitives

/// FLAC's STREAMINFO (RFC 9639 §8.2), with or without the magic word and the header of its block.
package struct FLACStreamInfo: Equatable, Sendable {
    package private(set) var sampleRate: Int
    package private(set) var channelCount: Int
    package private(set) var bitsPerSample: Int
    /// Smallest and largest number of samples in a block.
    package private(set) var blockSamplesMin: Int
    package private(set) var blockSamplesMax: Int
    /// The 34 bytes of the block, without its header.
    package private(set) var block: [UInt8]

    /// Nil where it is neither form, or says a rate of 0.
    package init?(_ bytes: borrowing RawSpan) {
        var start = bytes.has("fLaC", at: 0) ? 4 : 0
        // Type 0 and the length; as the block itself these bytes would be a smallest block of no samples.
        let blockHeader: UInt32 = 34
        if let header = bytes.bigEndianUInt32(at: start), header & 0x7fff_ffff == blockHeader { start &+= 4 }
        self.block = bytes.copy(from: start, count: Self.byteCount)
        guard self.block.count == Self.byteCount, let samplesMin = bytes.bigEndianUInt16(at: start),
            let samplesMax = bytes.bigEndianUInt16(at: start &+ 2), let sound = bytes.bigEndianUInt32(at: start &+ 10)
        else { return nil }
        self.blockSamplesMin = Int(samplesMin)
        self.blockSamplesMax = Int(samplesMax)
        self.sampleRate = Int(sound >> 12)
        self.channelCount = Int(sound >> 9 & 7) &+ 1
        self.bitsPerSample = Int(sound >> 4 & 0x1f) &+ 1
        guard self.sampleRate > 0 else { return nil }
    }

    package var format: AudioFormat {
        var format = AudioFormat(codec: .flac, configuration: self.block)
        format.sampleRate = self.sampleRate
        format.channelCount = self.channelCount
        format.samplesPerUnit = self.blockSamplesMin == self.blockSamplesMax ? self.blockSamplesMax : 0
        return format
    }

    private static let byteCount = 34
}
