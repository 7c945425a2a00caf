import MediaTypes

// Parsers of an array: the macros of Swift Testing cannot take a span apart.

extension AVCConfiguration {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension HEVCConfiguration {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension AV1Configuration {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension VP9Configuration {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension H264SequenceParameters {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension HEVCSequenceParameters {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension AudioSpecificConfiguration {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension OpusHead {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension OpusPacket {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension FLACStreamInfo {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension AC3Header {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension EAC3Header {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension MP3Header {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension ADTSHeader {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension AV1Configuration {
    init?(temporalUnit bytes: [UInt8]) { self.init(temporalUnit: bytes.span.bytes) }
}

extension H264NAL {
    static func hasRecoveryPoint(_ bytes: [UInt8]) -> Bool { self.hasRecoveryPoint(bytes.span.bytes) }
}

extension HEVCNAL {
    static func hasRecoveryPoint(_ bytes: [UInt8]) -> Bool { self.hasRecoveryPoint(bytes.span.bytes) }
}
