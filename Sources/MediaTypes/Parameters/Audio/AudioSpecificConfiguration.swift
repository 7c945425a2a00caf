internal import Primitives

/// AAC's AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1).
///
/// `sampleRate` and `samplesPerUnit` are those of the core: for HE-AAC half of what a decoder with SBR puts out, so
/// that a unit's duration is `samplesPerUnit / sampleRate` in every case.
package struct AudioSpecificConfiguration: Equatable, Sendable {
    /// The core's object type: 2 is AAC LC. Not 5 or 29, which `hasSpectralReplication` and `hasParametricStereo` tell.
    package private(set) var objectType: UInt8 = 0
    package private(set) var sampleRate = 0
    /// Of what a decoder puts out: 2 with parametric stereo; 0 where it is not told.
    package private(set) var channelCount = 0
    /// 1024 or 960; 512 or 480 for low delay; 0 where it is not known.
    package private(set) var samplesPerUnit = 0
    /// SBR is announced, explicitly or compatibly: HE-AAC. Without an announcement a decoder finds it in the frames.
    package private(set) var hasSpectralReplication = false
    package private(set) var hasParametricStereo = false
    private var channelConfiguration: UInt8 = 0
    /// As it was given, 1024 bytes at most.
    package private(set) var record: [UInt8] = []

    /// By samplingFrequencyIndex.
    static let sampleRates = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
    ]

    /// Nil where type or rate cannot be read, or there is none.
    package init?(_ record: borrowing RawSpan) {
        self.record = record.copy(from: 0, count: Self.byteCountMax)
        var reader = BitReader(self.record)
        do {
            try self.readHead(&reader)
        } catch {
            return nil
        }
        guard self.objectType > 0, self.sampleRate > 0 else { return nil }
        // The rest is worth what could be read of it.
        do {
            try self.readCore(&reader)
            try self.readCompatibleExtension(&reader)
        } catch {}
    }

    package var format: AudioFormat {
        var format = AudioFormat(codec: .aac, configuration: self.record)
        format.sampleRate = self.sampleRate
        format.channelCount = self.channelCount
        format.samplesPerUnit = self.samplesPerUnit
        return format
    }

    /// As in HLS and RFC 6381: `mp4a.40.2`.
    package var codecString: String {
        let type =
            self.hasParametricStereo
            ? Self.parametricStereo
            : self.hasSpectralReplication ? Self.spectralReplication : self.objectType
        return "mp4a.40.\(type)"
    }

    // MARK: Parts of the record

    /// Real ones have 2 to 20 bytes; the comment of a program config element makes 300.
    private static let byteCountMax = 1024
    private static let spectralReplication: UInt8 = 5
    private static let parametricStereo: UInt8 = 29
    /// Types whose configuration is a GASpecificConfig; from 17 on they are error resilient.
    private static let generalAudioTypes: Set<UInt8> = [1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23]
    private static let scalableTypes: Set<UInt8> = [6, 20]
    private static let lowDelay: UInt8 = 23
    private static let enhancedLowDelay: UInt8 = 39
    private static let channelCounts = [0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8, 0]

    private mutating func readHead(_ reader: inout BitReader) throws(BitReader.End) {
        self.objectType = try Self.readObjectType(&reader)
        self.sampleRate = try Self.readSampleRate(&reader)
        self.channelConfiguration = UInt8(try reader.bits(4))
        self.channelCount = Self.channelCounts[Int(self.channelConfiguration)]
        guard self.objectType == Self.spectralReplication || self.objectType == Self.parametricStereo else { return }
        self.hasSpectralReplication = true
        self.setParametricStereo(self.objectType == Self.parametricStereo)
        _ = try Self.readSampleRate(&reader)
        self.objectType = try Self.readObjectType(&reader)
        let errorResilientBSAC: UInt8 = 22
        if self.objectType == errorResilientBSAC { try reader.skip(4) }
    }

    private mutating func setParametricStereo(_ has: Bool) {
        self.hasParametricStereo = has
        if has { self.channelCount = 2 }
    }

    /// GASpecificConfig (§4.4.1), or the first flag of ELDSpecificConfig, which means the same.
    private mutating func readCore(_ reader: inout BitReader) throws(BitReader.End) {
        let isLowDelay = self.objectType == Self.lowDelay || self.objectType == Self.enhancedLowDelay
        guard isLowDelay || Self.generalAudioTypes.contains(self.objectType) else { throw BitReader.End() }
        let isShort = try reader.flag()
        self.samplesPerUnit = isLowDelay ? (isShort ? 480 : 512) : (isShort ? 960 : 1024)
        guard self.objectType != Self.enhancedLowDelay else { throw BitReader.End() }
        if try reader.flag() { try reader.skip(14) }
        let hasExtension = try reader.flag()
        if self.channelConfiguration == 0 {
            self.channelCount = try Self.readProgram(&reader)
            if self.hasParametricStereo { self.channelCount = 2 }
        }
        if Self.scalableTypes.contains(self.objectType) { try reader.skip(3) }
        if hasExtension {
            if self.objectType == 22 { try reader.skip(16) }
            if [17, 19, 20, 23].contains(self.objectType) { try reader.skip(3) }
            try reader.skip(1)
        }
        // epConfig
        if self.objectType >= 17 { try reader.skip(2) }
    }

    /// SBR and parametric stereo, told behind a configuration that older decoders read.
    private mutating func readCompatibleExtension(_ reader: inout BitReader) throws(BitReader.End) {
        guard !self.hasSpectralReplication, try reader.bits(11) == 0x2b7,
            try Self.readObjectType(&reader) == Self.spectralReplication, try reader.flag()
        else { return }
        self.hasSpectralReplication = true
        _ = try Self.readSampleRate(&reader)
        if try reader.bits(11) == 0x548 { self.setParametricStereo(try reader.flag()) }
    }

    private static func readObjectType(_ reader: inout BitReader) throws(BitReader.End) -> UInt8 {
        let type = UInt8(try reader.bits(5))
        return type == 31 ? UInt8(try reader.bits(6)) &+ 32 : type
    }

    private static func readSampleRate(_ reader: inout BitReader) throws(BitReader.End) -> Int {
        let index = Int(try reader.bits(4))
        if index == 15 { return Int(try reader.bits(24)) }
        guard index < self.sampleRates.count else { throw BitReader.End() }
        return self.sampleRates[index]
    }

    /// The channels of a program_config_element (§4.4.1.1).
    private static func readProgram(_ reader: inout BitReader) throws(BitReader.End) -> Int {
        try reader.skip(10)
        let elementCounts = [Int(try reader.bits(4)), Int(try reader.bits(4)), Int(try reader.bits(4))]
        let lowFrequencyCount = Int(try reader.bits(2))
        let (dataCount, couplingCount) = (Int(try reader.bits(3)), Int(try reader.bits(4)))
        if try reader.flag() { try reader.skip(4) }
        if try reader.flag() { try reader.skip(4) }
        if try reader.flag() { try reader.skip(3) }
        var channelCount = lowFrequencyCount
        for _ in 0..<elementCounts.reduce(0, &+) {
            channelCount &+= try reader.flag() ? 2 : 1
            try reader.skip(4)
        }
        try reader.skip(lowFrequencyCount &* 4 &+ dataCount &* 4 &+ couplingCount &* 5)
        reader.skipToByte()
        try reader.skip(Int(try reader.byte()) &* 8)
        return channelCount
    }
}
