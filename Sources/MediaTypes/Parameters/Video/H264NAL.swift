/// Kinds of H.264 NAL units (H.264 table 7-1), and what they say about where decoding can begin.
package enum H264NAL {
    package static let slice: UInt8 = 1
    package static let pictureOfInstantRefresh: UInt8 = 5
    package static let supplementalInformation: UInt8 = 6
    package static let sequenceSet: UInt8 = 7
    package static let pictureSet: UInt8 = 8
    package static let delimiter: UInt8 = 9
    package static let endOfSequence: UInt8 = 10
    package static let endOfStream: UInt8 = 11
    package static let filler: UInt8 = 12
    package static let sequenceSetExtension: UInt8 = 13

    /// The kind, from the first byte of the unit.
    package static func type(of first: UInt8) -> UInt8 { first & 0x1f }

    /// Whether other pictures may be decoded from this unit, from its first byte.
    package static func isReference(_ first: UInt8) -> Bool { first & 0x60 != 0 }

    package static func isIDR(_ type: UInt8) -> Bool { type == Self.pictureOfInstantRefresh }

    /// Coded picture data, whole or partitioned.
    package static func isSlice(_ type: UInt8) -> Bool { (1...5).contains(type) }

    /// Whether an SEI unit, with its first byte, holds a recovery point (H.264 §D.1.8): decoding may begin here,
    /// though without an IDR picture.
    package static func hasRecoveryPoint(_ unit: borrowing RawSpan) -> Bool {
        SupplementalInformation.hasRecoveryPoint(unit, headerByteCount: 1)
    }
}
