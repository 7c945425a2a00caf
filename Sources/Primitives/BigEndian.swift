/// Numbers in network byte order. Loads are checked: nil when the bytes do not reach.
extension RawSpan {
    package func bigEndianUInt16(at offset: Int) -> UInt16? {
        guard offset >= 0, offset <= self.byteCount - 2 else { return nil }
        return UInt16(bigEndian: unsafe self.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    package func bigEndianUInt24(at offset: Int) -> UInt32? {
        guard offset >= 0, offset <= self.byteCount - 3 else { return nil }
        let high = UInt32(UInt16(bigEndian: unsafe self.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)))
        return high << 8 | UInt32(unsafe self.unsafeLoad(fromByteOffset: offset + 2, as: UInt8.self))
    }

    package func bigEndianUInt32(at offset: Int) -> UInt32? {
        guard offset >= 0, offset <= self.byteCount - 4 else { return nil }
        return UInt32(bigEndian: unsafe self.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    package func bigEndianUInt64(at offset: Int) -> UInt64? {
        guard offset >= 0, offset <= self.byteCount - 8 else { return nil }
        return UInt64(bigEndian: unsafe self.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    package func byte(at offset: Int) -> UInt8? {
        guard offset >= 0, offset < self.byteCount else { return nil }
        return unsafe self.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}
