internal import Primitives

/// The payload of a NAL unit without its emulation prevention bytes (H.264 §7.4.1, HEVC §7.4.2).
package enum RawByteSequence {
    /// Takes the bytes from `offset`, at most `byteCountMax` of them, and leaves out each 3 after two zeros.
    package static func bytes(_ unit: borrowing RawSpan, from offset: Int, byteCountMax: Int) -> [UInt8] {
        let written = unit.copy(from: offset, count: byteCountMax)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(written.count)
        var zeroCount = 0
        for byte in written {
            if zeroCount >= 2, byte == 3 {
                zeroCount = 0
                continue
            }
            zeroCount = byte == 0 ? zeroCount &+ 1 : 0
            bytes.append(byte)
        }
        return bytes
    }
}
