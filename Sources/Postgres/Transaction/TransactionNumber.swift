/// The number of a transaction (`xid8`).
struct TransactionNumber: PostgresEncodable {
    let value: Int64

    static var postgresType: PostgresType { .xid8 }

    func encode(to bytes: inout [UInt8]) -> Bool { self.value.encode(to: &bytes) }
}
