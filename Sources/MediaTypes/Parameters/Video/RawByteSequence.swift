/// The payload of a NAL unit without its emulation prevention bytes (H.264 §7.4.1, HEVC §7.4.2).
package enum RawByteSequence {
    /// Takes the bytes from `offset`, at most `byteCountMax` of them, and leaves out each 3 after two zeros.
    package static func bytes(_ unit: borrowing RawSpan, from offset: Int, byteCountMax: Int) -> [UInt8] { [] }
}
