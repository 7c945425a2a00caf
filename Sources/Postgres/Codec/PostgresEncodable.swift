/// A value that can be a parameter of a statement, in PostgreSQL's binary format.
package protocol PostgresEncodable: Sendable {
    /// As what the server takes it.
    static var postgresType: PostgresType { get }

    /// Appends the value; false for NULL, which has no bytes.
    func encode(to bytes: inout [UInt8]) -> Bool
}

extension FixedWidthInteger {
    func appendBigEndian(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: self.bigEndian) { bytes.append(contentsOf: $0) }
    }
}

extension Bool: PostgresEncodable {
    package static var postgresType: PostgresType { .bool }

    package func encode(to bytes: inout [UInt8]) -> Bool {
        bytes.append(self ? 1 : 0)
        return true
    }
}

extension Int16: PostgresEncodable {
    package static var postgresType: PostgresType { .int2 }

    package func encode(to bytes: inout [UInt8]) -> Bool {
        self.appendBigEndian(to: &bytes)
        return true
    }
}

extension Int32: PostgresEncodable {
    package static var postgresType: PostgresType { .int4 }

    package func encode(to bytes: inout [UInt8]) -> Bool {
        self.appendBigEndian(to: &bytes)
        return true
    }
}

extension Int64: PostgresEncodable {
    package static var postgresType: PostgresType { .int8 }

    package func encode(to bytes: inout [UInt8]) -> Bool {
        self.appendBigEndian(to: &bytes)
        return true
    }
}

extension Int: PostgresEncodable {
    package static var postgresType: PostgresType { .int8 }

    package func encode(to bytes: inout [UInt8]) -> Bool { Int64(self).encode(to: &bytes) }
}

extension Double: PostgresEncodable {
    package static var postgresType: PostgresType { .float8 }

    package func encode(to bytes: inout [UInt8]) -> Bool {
        self.bitPattern.appendBigEndian(to: &bytes)
        return true
    }
}

/// Any type that is a text on the wire: text, varchar, an enumeration, json. For jsonb write `$1::text::jsonb`.
extension String: PostgresEncodable {
    package static var postgresType: PostgresType { .inferred }

    package func encode(to bytes: inout [UInt8]) -> Bool {
        bytes.append(contentsOf: self.utf8)
        return true
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresType: PostgresType { Wrapped.postgresType }

    package func encode(to bytes: inout [UInt8]) -> Bool { self?.encode(to: &bytes) ?? false }
}

/// `[UInt8]` is bytea, any other array an array of its elements.
extension Array: PostgresEncodable where Element: PostgresArrayElement {
    package static var postgresType: PostgresType { Element.postgresArrayType }

    package func encode(to bytes: inout [UInt8]) -> Bool {
        Element.encodeArray(self, to: &bytes)
        return true
    }
}
