internal import CLibPQ

/// What libpq says of a result that is an error.
struct PostgresFailure {
    let code: PostgresError.Code
    /// The session ends with it, and what it means for the statement is not known.
    let isFatal: Bool
    /// The session's memory of a prepared statement is no good any more.
    let forgetsPrepared: Bool
    let isReadOnly: Bool

    /// Takes the codes out of the result, never its texts: they repeat values.
    init(_ raw: OpaquePointer) {
        func field(_ field: CInt) -> String? { PQresultErrorField(raw, field).map { String(cString: $0) } }
        let state = field(podo_pg_diag_sqlstate)
        let severity = field(podo_pg_diag_severity)
        // An error without a state was made by libpq itself: the connection is lost, or the protocol was broken.
        self.isFatal = state == nil || severity == "FATAL" || severity == "PANIC"
        self.forgetsPrepared = SQLState.forgetsPrepared(
            state ?? "", raisedBy: field(podo_pg_diag_source_function) ?? "")
        self.isReadOnly = state == SQLState.readOnly
        self.code = SQLState.code(
            state ?? "08006", constraint: field(podo_pg_diag_constraint) ?? "",
            column: field(podo_pg_diag_column) ?? "")
    }
}
