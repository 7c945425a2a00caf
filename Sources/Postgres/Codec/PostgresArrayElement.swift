internal import Primitives

/// What arrays can be made of. Arrays have one dimension and no NULL among their elements.
package protocol PostgresArrayElement: Sendable {
    static var postgresArrayType: PostgresType { get }

    static func encodeArray(_ elements: [Self], to bytes: inout [UInt8])

    static func decodeArray(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> [Self]
}

/// Bytes are no array for PostgreSQL: they are one value.
extension UInt8: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .bytea }

    package static func encodeArray(_ elements: [UInt8], to bytes: inout [UInt8]) { bytes.append(contentsOf: elements) }

    /// The bytes of any type as they came.
    package static func decodeArray(
        _ bytes: borrowing RawSpan, type: PostgresType
    ) throws(PostgresError) -> [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }
}

extension PostgresArrayElement where Self: PostgresEncodable & PostgresDecodable {
    package static func encodeArray(_ elements: [Self], to bytes: inout [UInt8]) {
        PostgresArray.encode(elements, elementType: Self.arrayElementType, to: &bytes)
    }

    package static func decodeArray(_ bytes: borrowing RawSpan, type: PostgresType) throws(PostgresError) -> [Self] {
        try PostgresArray.decode(bytes)
    }

    /// Within an array nothing is inferred.
    private static var arrayElementType: PostgresType { Self.postgresType == .inferred ? .text : Self.postgresType }
}

extension Bool: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .boolArray }
}

extension Int16: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .int2Array }
}

extension Int32: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .int4Array }
}

extension Int64: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .int8Array }
}

extension Int: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .int8Array }
}

extension Double: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .float8Array }
}

extension String: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .textArray }
}

extension Array: PostgresArrayElement where Element == UInt8 {
    package static var postgresArrayType: PostgresType { .byteaArray }
}
