internal import Primitives

/// The binary form of an array: number of dimensions, whether there are NULLs, type of the elements; for each dimension
/// its length and lower bound; then each element behind its length.
enum PostgresArray {
    static func encode<Element: PostgresEncodable>(
        _ elements: [Element], elementType: PostgresType, to bytes: inout [UInt8]
    ) {
        UInt32(elements.isEmpty ? 0 : 1).appendBigEndian(to: &bytes)
        UInt32(0).appendBigEndian(to: &bytes)
        elementType.number.appendBigEndian(to: &bytes)
        guard !elements.isEmpty else { return }
        // A length beyond what the format can say is beyond what a statement may carry, too.
        Int32(clamping: elements.count).appendBigEndian(to: &bytes)
        Int32(1).appendBigEndian(to: &bytes)
        for element in elements {
            let lengthPlace = bytes.count
            Int32(-1).appendBigEndian(to: &bytes)
            guard element.encode(to: &bytes) else { continue }
            let length = UInt32(truncatingIfNeeded: bytes.count - lengthPlace - 4)
            for place in 0..<4 {
                bytes[lengthPlace + place] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * place))
            }
        }
    }

    /// Every length is held against the bytes that are there before anything is taken for it.
    static func decode<Element: PostgresDecodable>(_ bytes: borrowing RawSpan) throws(PostgresError) -> [Element] {
        guard let dimensionCount = bytes.bigEndianUInt32(at: 0), let type = bytes.bigEndianUInt32(at: 8) else {
            throw .decoding
        }
        if dimensionCount == 0, bytes.byteCount == 12 { return [] }
        guard dimensionCount == 1, let count = bytes.bigEndianUInt32(at: 12),
            let count = Int(exactly: count), count <= (bytes.byteCount - 20) / 4
        else { throw .decoding }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        var offset = 20
        for _ in 0..<count {
            guard let length = bytes.bigEndianUInt32(at: offset) else { throw .decoding }
            offset += 4
            if length == .max {
                elements.append(try Element.decodeNull())
                continue
            }
            guard let length = Int(exactly: length), length <= bytes.byteCount - offset else { throw .decoding }
            elements.append(
                try Element.decode(bytes.extracting(offset..<(offset + length)), type: PostgresType(type)))
            offset += length
        }
        guard offset == bytes.byteCount else { throw .decoding }
        return elements
    }
}
