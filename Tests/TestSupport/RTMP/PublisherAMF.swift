/// A value of AMF0 as a publisher of tests writes it, right or wrong, and as it reads the server's answers.
///
/// Written apart from the decoder of the product, so that a misunderstanding is not shared.
package indirect enum PublisherAMF: Equatable, Sendable {
    case number(Double)
    case boolean(Bool)
    case string(String)
    case object([Property])
    case null
    case undefined
    /// The count is a hint that may lie; nil writes the true one.
    case ecmaArray([Property], count: UInt32? = nil)
    case strictArray([PublisherAMF])
    case date(Double)
    case longString(String)
    /// Marker 17: one value in AMF3.
    case avmplus(PublisherAMF)
    /// Bytes as they are, for what no well-formed value says.
    case raw([UInt8])

    package struct Property: Equatable, Sendable {
        package var name: String
        package var value: PublisherAMF

        package init(_ name: String, _ value: PublisherAMF) {
            self.name = name
            self.value = value
        }
    }

    /// The values one after the other, as a command or data message holds them.
    package static func encoded(_ values: [PublisherAMF]) -> [UInt8] { values.flatMap(\.encoded) }

    package var encoded: [UInt8] {
        switch self {
        case .number(let number): [0] + bigEndian(number.bitPattern)
        case .boolean(let value): [1, value ? 1 : 0]
        case .string(let text): [2] + Self.shortText(text)
        case .object(let properties): [3] + Self.body(properties)
        case .null: [5]
        case .undefined: [6]
        case .ecmaArray(let properties, let count):
            [8] + bigEndian(count ?? UInt32(properties.count)) + Self.body(properties)
        case .strictArray(let values): [10] + bigEndian(UInt32(values.count)) + Self.encoded(values)
        case .date(let milliseconds): [11] + bigEndian(milliseconds.bitPattern) + [0, 0]
        case .longString(let text): [12] + bigEndian(UInt32(text.utf8.count)) + Array(text.utf8)
        case .avmplus(let value): [17] + value.encodedAMF3
        case .raw(let bytes): bytes
        }
    }

    /// The same in AMF3, without references; what AMF3 has no type for becomes undefined.
    package var encodedAMF3: [UInt8] {
        switch self {
        case .number(let number): [5] + bigEndian(number.bitPattern)
        case .boolean(let value): [value ? 3 : 2]
        case .string(let text), .longString(let text): [6] + Self.textAMF3(text)
        case .object(let properties), .ecmaArray(let properties, _):
            // An object without a class whose members are all dynamic.
            [10, 0x0b, 1] + properties.flatMap { Self.textAMF3($0.name) + $0.value.encodedAMF3 } + [1]
        case .null: [1]
        case .strictArray(let values):
            [9] + Self.numberAMF3(UInt32(values.count) << 1 | 1) + [1] + values.flatMap(\.encodedAMF3)
        case .date(let milliseconds): [8, 1] + bigEndian(milliseconds.bitPattern)
        case .undefined, .avmplus: [0]
        case .raw(let bytes): bytes
        }
    }

    package subscript(_ name: String) -> PublisherAMF? {
        switch self {
        case .object(let properties), .ecmaArray(let properties, _): properties.first { $0.name == name }?.value
        default: nil
        }
    }

    package var text: String? {
        switch self {
        case .string(let text), .longString(let text): text
        default: nil
        }
    }

    package var number: Double? { if case .number(let number) = self { number } else { nil } }

    private static func shortText(_ text: String) -> [UInt8] { bigEndian(UInt16(text.utf8.count)) + Array(text.utf8) }

    private static func body(_ properties: [Property]) -> [UInt8] {
        properties.flatMap { Self.shortText($0.name) + $0.value.encoded } + [0, 0, 9]
    }

    private static func textAMF3(_ text: String) -> [UInt8] {
        Self.numberAMF3(UInt32(text.utf8.count) << 1 | 1) + Array(text.utf8)
    }

    /// U29: seven bits a byte, the fourth byte has eight.
    private static func numberAMF3(_ value: UInt32) -> [UInt8] {
        switch value {
        case 0..<0x80: [UInt8(value)]
        case 0x80..<0x4000: [UInt8(value >> 7) | 0x80, UInt8(value & 0x7f)]
        case 0x4000..<0x20_0000: [UInt8(value >> 14) | 0x80, UInt8(value >> 7 & 0x7f) | 0x80, UInt8(value & 0x7f)]
        default:
            [
                UInt8(value >> 22 & 0x7f) | 0x80, UInt8(value >> 15 & 0x7f) | 0x80, UInt8(value >> 8 & 0x7f) | 0x80,
                UInt8(truncatingIfNeeded: value),
            ]
        }
    }
}

/// The bytes of an integer, most significant first.
package func bigEndian<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}

/// The lower three bytes of a number, most significant first.
package func bigEndian24(_ value: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value >> 16), UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
}
