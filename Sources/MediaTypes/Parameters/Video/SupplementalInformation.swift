/// Messages of an SEI unit (H.264 §7.3.2.3, HEVC §7.3.5), which both codecs write and number alike.
enum SupplementalInformation {
    private static let recoveryPoint = 6

    /// Whether one is a recovery point. `headerByteCount` bytes of the unit come before the first message; no more
    /// than `ParameterLimits.messageByteCountMax` bytes are looked at.
    static func hasRecoveryPoint(_ unit: borrowing RawSpan, headerByteCount: Int) -> Bool {
        let bytes = RawByteSequence.bytes(
            unit, from: headerByteCount, byteCountMax: ParameterLimits.messageByteCountMax)
        var position = 0
        while let type = self.number(bytes, &position), let byteCount = self.number(bytes, &position) {
            if type == self.recoveryPoint { return true }
            guard byteCount < bytes.count &- position else { return false }
            position &+= byteCount
        }
        return false
    }

    /// A number as a sum of bytes, of which only the last is not 255; nil at the end of the bytes.
    private static func number(_ bytes: [UInt8], _ position: inout Int) -> Int? {
        var sum = 0
        while position < bytes.count {
            let byte = bytes[position]
            position &+= 1
            sum &+= Int(byte)
            if byte != 0xff { return sum }
        }
        return nil
    }
}
