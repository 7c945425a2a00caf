internal import Primitives

/// A value that a column can be read as, from PostgreSQL's binary format.
///
/// Decoding is a pure function of the bytes. It never traps: a length or a type that does not fit is an error.
package protocol PostgresDecodable: Sendable {
    static func decode(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> Self

    /// What NULL is; an error for all but optionals.
    static func decodeNull() throws(PostgresError) -> Self
}

extension PostgresDecodable {
    package static func decodeNull() throws(PostgresError) -> Self { throw .decoding }
}

extension Bool: PostgresDecodable {
    package static func decode(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> Bool {
        guard type == .bool, bytes.byteCount == 1, let byte = bytes.byte(at: 0), byte <= 1 else { throw .decoding }
        return byte == 1
    }
}

extension Int64: PostgresDecodable {
    /// From any integer type.
    package static func decode(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> Int64 {
        switch type {
        case .int8, .xid8:
            guard bytes.byteCount == 8, let value = bytes.bigEndianUInt64(at: 0) else { throw .decoding }
            return Int64(bitPattern: value)
        case .int4:
            guard bytes.byteCount == 4, let value = bytes.bigEndianUInt32(at: 0) else { throw .decoding }
            return Int64(Int32(bitPattern: value))
        case .int2:
            guard bytes.byteCount == 2, let value = bytes.bigEndianUInt16(at: 0) else { throw .decoding }
            return Int64(Int16(bitPattern: value))
        default: throw .decoding
        }
    }
}

extension Int: PostgresDecodable {
    package static func decode(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> Int {
        Int(try Int64.decode(bytes, type: type))
    }
}

extension Int32: PostgresDecodable {
    /// From any integer type, as long as the value fits.
    package static func decode(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> Int32 {
        guard let value = Int32(exactly: try Int64.decode(bytes, type: type)) else { throw .decoding }
        return value
    }
}

extension Int16: PostgresDecodable {
    /// From any integer type, as long as the value fits.
    package static func decode(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> Int16 {
        guard let value = Int16(exactly: try Int64.decode(bytes, type: type)) else { throw .decoding }
        return value
    }
}

extension Double: PostgresDecodable {
    package static func decode(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> Double {
        switch type {
        case .float8:
            guard bytes.byteCount == 8, let bits = bytes.bigEndianUInt64(at: 0) else { throw .decoding }
            return Double(bitPattern: bits)
        case .float4:
            guard bytes.byteCount == 4, let bits = bytes.bigEndianUInt32(at: 0) else { throw .decoding }
            return Double(Float(bitPattern: bits))
        default: throw .decoding
        }
    }
}

extension String: PostgresDecodable {
    /// From any type that is a text on the wire, and from jsonb.
    package static func decode(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> String {
        guard !type.isBinary else { throw .decoding }
        let start = type == .jsonb ? 1 : 0
        if type == .jsonb, bytes.byte(at: 0) != 1 { throw .decoding }
        let text = bytes.withUnsafeBytes { String(validating: $0[start...], as: UTF8.self) }
        guard let text else { throw .decoding }
        return text
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package static func decode(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> Wrapped? {
        try Wrapped.decode(bytes, type: type)
    }

    package static func decodeNull() throws(PostgresError) -> Wrapped? { nil }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    package static func decode(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> [Element] {
        try Element.decodeArray(bytes, type: type)
    }
}
