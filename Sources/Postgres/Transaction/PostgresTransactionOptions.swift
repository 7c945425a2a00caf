/// How a transaction is begun.
package struct PostgresTransactionOptions: Sendable {
    package enum Isolation: Sendable {
        case readCommitted, repeatableRead, serializable
    }

    package var isolation: Isolation
    package var isReadOnly: Bool
    package var purpose: PostgresPurpose

    package init(
        isolation: Isolation = .readCommitted, isReadOnly: Bool = false, purpose: PostgresPurpose = .interactive
    ) {
        self.isolation = isolation
        self.isReadOnly = isReadOnly
        self.purpose = purpose
    }

    var begin: PostgresStatement {
        switch (self.isolation, self.isReadOnly) {
        case (.readCommitted, false): Self.begin
        case (.readCommitted, true): Self.beginReading
        case (.repeatableRead, false): Self.beginRepeatable
        case (.repeatableRead, true): Self.beginRepeatableReading
        case (.serializable, false): Self.beginSerializable
        case (.serializable, true): Self.beginSerializableReading
        }
    }

    private static let begin = PostgresStatement("transaction_begin", "BEGIN")
    private static let beginReading = PostgresStatement("transaction_begin", "BEGIN READ ONLY")
    private static let beginRepeatable = PostgresStatement("transaction_begin", "BEGIN ISOLATION LEVEL REPEATABLE READ")
    private static let beginRepeatableReading = PostgresStatement(
        "transaction_begin", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    private static let beginSerializable = PostgresStatement("transaction_begin", "BEGIN ISOLATION LEVEL SERIALIZABLE")
    private static let beginSerializableReading = PostgresStatement(
        "transaction_begin", "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY")
}
