/// One row of a statement's result.
package struct PostgresRow: Sendable {
    let result: PostgresResult?
    let index: Int

    /// The value of a column, counted from 0. `Value` is an optional where the column may be NULL.
    package func get<Value: PostgresDecodable>(
        _ column: Int, as: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let result = self.result else { throw .decoding }
        return try result.decode(row: self.index, column: column)
    }
}
