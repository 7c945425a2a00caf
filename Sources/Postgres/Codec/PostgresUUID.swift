internal import Primitives

/// A UUID: 128 bits.
package struct PostgresUUID: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Version 4 (RFC 9562 §5.4): 122 bits of chance, from the kernel unless told otherwise.
    package static func random(using generator: inout some RandomNumberGenerator) -> PostgresUUID {
        let high = (generator.next() & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000
        let low = (generator.next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        return PostgresUUID(high: high, low: low)
    }

    package static func random() -> PostgresUUID {
        var generator = SystemRandomNumberGenerator()
        return self.random(using: &generator)
    }

    /// 8-4-4-4-12 hexadecimal digits in lower case, and nothing else.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for place in [8, 13, 18, 23] where bytes[place] != UInt8(ascii: "-") { return nil }
        let high = bytes[0..<8] + bytes[9..<13] + bytes[14..<18]
        let low = bytes[19..<23] + bytes[24..<36]
        guard let high = HexText.parse(high), let low = HexText.parse(low) else { return nil }
        self.init(high: high, low: low)
    }
}

extension PostgresUUID: CustomStringConvertible {
    package var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        HexText.append(self.high >> 32, digitCount: 8, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        HexText.append(self.high >> 16, digitCount: 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        HexText.append(self.high, digitCount: 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        HexText.append(self.low >> 48, digitCount: 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        HexText.append(self.low, digitCount: 12, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension PostgresUUID: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .uuid }
    package static var postgresArrayType: PostgresType { .uuidArray }

    package func encode(to bytes: inout [UInt8]) -> Bool {
        self.high.appendBigEndian(to: &bytes)
        self.low.appendBigEndian(to: &bytes)
        return true
    }

    package static func decode(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> PostgresUUID {
        guard type == .uuid, bytes.byteCount == 16, let high = bytes.bigEndianUInt64(at: 0),
            let low = bytes.bigEndianUInt64(at: 8)
        else { throw .decoding }
        return PostgresUUID(high: high, low: low)
    }
}
