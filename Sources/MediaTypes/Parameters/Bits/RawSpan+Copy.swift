internal import Primitives

extension RawSpan {
    /// Copies the part of a range that is there.
    package func copy(from start: Int = 0, count: Int = .max) -> [UInt8] {
        let start = min(max(start, 0), self.byteCount)
        let count = min(max(count, 0), self.byteCount &- start)
        let part = self.extracting(start..<(start &+ count))
        return unsafe part.withUnsafeBytes { unsafe Array($0) }
    }

    /// Whether the bytes are those of `array`.
    package func isEqual(to array: [UInt8]) -> Bool {
        guard self.byteCount == array.count else { return false }
        return unsafe self.withUnsafeBytes { bytes in unsafe array.withUnsafeBytes { unsafe bytes.elementsEqual($0) } }
    }

    /// Whether the bytes from `offset` are these.
    func has(_ bytes: StaticString, at offset: Int) -> Bool {
        for index in 0..<bytes.utf8CodeUnitCount {
            guard self.byte(at: offset &+ index) == (unsafe bytes.utf8Start[index]) else { return false }
        }
        return true
    }

    func littleEndianUInt16(at offset: Int) -> UInt16? { self.bigEndianUInt16(at: offset)?.byteSwapped }

    func littleEndianUInt32(at offset: Int) -> UInt32? { self.bigEndianUInt32(at: offset)?.byteSwapped }
}
