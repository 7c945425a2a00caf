/// What a statement returned: any number of rows, in the memory that libpq received them in.
package struct PostgresRows: RandomAccessCollection, Sendable {
    let result: PostgresResult?

    /// Without a row, and without having changed one.
    static var none: PostgresRows { PostgresRows(result: nil) }

    package var startIndex: Int { 0 }
    package var endIndex: Int { self.result?.rowCount ?? 0 }

    package subscript(index: Int) -> PostgresRow {
        precondition(index >= 0 && index < self.endIndex, "there is such a row")
        return PostgresRow(result: self.result, index: index)
    }

    /// How many rows the statement inserted, updated, deleted or returned.
    package var affectedCount: Int { self.result?.affectedCount ?? 0 }

    /// The one value of a statement that returns one row of one column.
    package func single<Value: PostgresDecodable>(_: Value.Type = Value.self) throws(PostgresError) -> Value {
        guard self.count == 1 else { throw .decoding }
        return try self[0].get(0)
    }
}

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
