/// What the five characters of an error of PostgreSQL mean to Podo (PostgreSQL, appendix A).
enum SQLState {
    /// `constraint` and `column` are names of the schema, empty when the server gave none.
    static func code(_ state: String, constraint: String = "", column: String = "") -> PostgresError.Code {
        switch state {
        case "23505": .uniqueViolation(constraint: constraint)
        case "23503": .foreignKeyViolation(constraint: constraint)
        case "23514": .checkViolation(constraint: constraint)
        case "23P01": .exclusionViolation(constraint: constraint)
        case "23502": .notNullViolation(column: column)
        case "40001", "40P01": .conflict
        case "55P03": .lockNotAvailable
        case "57014", "25P03", "25P04": .timedOut
        case "53100": .diskFull
        case "53200", "53300", "53400": .overloaded
        // Admin, crash shutdown, cannot connect now, idle session, and a standby in the place of the server.
        case "57P01", "57P02", "57P03", "57P05", Self.readOnly: .unavailable
        default:
            if state.hasPrefix("08") { .unavailable } else { .other(sqlState: state) }
        }
    }

    /// A write was refused because the transaction, the session or the server only reads.
    static let readOnly = "25006"

    /// The plan or name that a connection remembers is no good any more: preparing anew helps. 0A000 is told of many
    /// things that are not supported; of a plan whose columns have changed by one function of the server.
    static func forgetsPrepared(_ state: String, raisedBy function: String) -> Bool {
        state == "26000" || state == "42P05" || (state == "0A000" && function == "RevalidateCachedQuery")
    }
}
