/// The number that PostgreSQL has for a type, the same in every database.
package struct PostgresType: Hashable, Sendable {
    package let number: UInt32

    package init(_ number: UInt32) { self.number = number }

    /// The server concludes the type from the statement.
    package static let inferred = PostgresType(0)
    package static let bool = PostgresType(16)
    package static let bytea = PostgresType(17)
    package static let int8 = PostgresType(20)
    package static let int2 = PostgresType(21)
    package static let int4 = PostgresType(23)
    package static let text = PostgresType(25)
    package static let float4 = PostgresType(700)
    package static let float8 = PostgresType(701)
    package static let timestamp = PostgresType(1114)
    package static let timestamptz = PostgresType(1184)
    package static let numeric = PostgresType(1700)
    package static let uuid = PostgresType(2950)
    package static let jsonb = PostgresType(3802)
    package static let xid8 = PostgresType(5069)

    package static let boolArray = PostgresType(1000)
    package static let byteaArray = PostgresType(1001)
    package static let int2Array = PostgresType(1005)
    package static let int4Array = PostgresType(1007)
    package static let textArray = PostgresType(1009)
    package static let int8Array = PostgresType(1016)
    package static let float8Array = PostgresType(1022)
    package static let timestamptzArray = PostgresType(1185)
    package static let uuidArray = PostgresType(2951)

    /// Types whose binary form is no text, though its bytes may happen to look like one.
    var isBinary: Bool {
        switch self {
        case .bool, .bytea, .int8, .int2, .int4, .float4, .float8, .timestamp, .timestamptz, .numeric, .uuid, .xid8:
            true
        default: false
        }
    }
}
