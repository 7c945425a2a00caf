/// Kinds of HEVC NAL units (HEVC table 7-1), and what they say about where decoding can begin.
package enum HEVCNAL {
    package static let videoSet: UInt8 = 32
    package static let sequenceSet: UInt8 = 33
    package static let pictureSet: UInt8 = 34
    package static let delimiter: UInt8 = 35
    package static let endOfSequence: UInt8 = 36
    package static let endOfStream: UInt8 = 37
    package static let filler: UInt8 = 38
    package static let prefixInformation: UInt8 = 39
    package static let suffixInformation: UInt8 = 40

    /// The kind, from the first byte of the unit.
    package static func type(of first: UInt8) -> UInt8 { first >> 1 & 0x3f }

    /// nuh_layer_id, from the two bytes of the unit's head.
    package static func layer(of first: UInt8, _ second: UInt8) -> UInt8 { (first & 1) << 5 | second >> 3 }

    /// Coded picture data.
    package static func isSlice(_ type: UInt8) -> Bool { type < 32 }

    /// IRAP: pictures where decoding can begin, BLA, IDR, CRA and those reserved.
    package static func isRandomAccess(_ type: UInt8) -> Bool { (16...23).contains(type) }

    /// Even types below 16: nothing of the same temporal layer is decoded from them.
    package static func isReference(_ type: UInt8) -> Bool { type > 14 || type & 1 == 1 }

    /// Whether an SEI unit, with its two first bytes, holds a recovery point (HEVC §D.2.8).
    package static func hasRecoveryPoint(_ unit: borrowing RawSpan) -> Bool {
        SupplementalInformation.hasRecoveryPoint(unit, headerByteCount: 2)
    }
}
