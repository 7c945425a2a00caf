/// Why the database did not do what it was asked. Carries no value of a statement and no text of the server's: names of
/// constraints and SQLSTATE codes are all that it repeats.
package struct PostgresError: Error, Sendable {
    package enum Code: Hashable, Sendable {
        /// There is no connection, or it broke before anything could have happened. May be tried again.
        case unavailable
        /// The statement's time was over; nothing has happened.
        case timedOut
        /// Too many wait for a connection, or waited too long. Nothing was sent.
        case overloaded
        case uniqueViolation(constraint: String)
        case foreignKeyViolation(constraint: String)
        case checkViolation(constraint: String)
        case exclusionViolation(constraint: String)
        case notNullViolation(column: String)
        /// Other transactions stood in the way (40001, 40P01) as often as it was tried.
        case conflict
        /// A lock was not to be had at once (`NOWAIT`), or in `lockTime`.
        case lockNotAvailable
        /// It may have happened or not, and nobody could be asked: look before trying again.
        case commitUnknown
        case diskFull
        /// The server or the way to it did not keep to the protocol, or a connection was used wrongly.
        case protocolViolation
        /// A column is not of the type that it was read as.
        case decoding
        /// A parameter or a list of them is larger than `PostgresLimits` allow.
        case tooLarge
        /// A result is larger than `PostgresLimits` allow. A write that commits by itself has happened.
        case resultTooLarge
        /// SQLSTATE of five characters.
        case other(sqlState: String)
    }

    package let code: Code
    /// The statement's name; nil where there is none.
    package var statement: StaticString?

    package init(_ code: Code, statement: StaticString? = nil) {
        self.code = code
        self.statement = statement
    }

    static var decoding: PostgresError { PostgresError(.decoding) }

    /// A word for metrics, from a fixed set.
    package var label: StaticString { Self.label(self.code) }

    /// Whether the same may succeed a little later: what is answered with 503 and `Retry-After`.
    package var isTemporary: Bool {
        switch self.code {
        case .unavailable, .timedOut, .overloaded, .conflict, .lockNotAvailable, .commitUnknown, .diskFull: true
        case .uniqueViolation, .foreignKeyViolation, .checkViolation, .exclusionViolation, .notNullViolation,
            .protocolViolation, .decoding, .tooLarge, .resultTooLarge, .other:
            false
        }
    }

    func of(_ statement: PostgresStatement) -> PostgresError {
        PostgresError(self.code, statement: self.statement ?? statement.name)
    }

    /// Every word that `label` can be.
    static let labels: [StaticString] = [
        "unavailable", "timed-out", "overloaded", "unique-violation", "foreign-key-violation", "check-violation",
        "exclusion-violation", "not-null-violation", "conflict", "lock-not-available", "commit-unknown", "disk-full",
        "protocol-violation", "decoding", "too-large", "result-too-large", "sql",
    ]

    private static func label(_ code: Code) -> StaticString {
        switch code {
        case .unavailable: "unavailable"
        case .timedOut: "timed-out"
        case .overloaded: "overloaded"
        case .uniqueViolation: "unique-violation"
        case .foreignKeyViolation: "foreign-key-violation"
        case .checkViolation: "check-violation"
        case .exclusionViolation: "exclusion-violation"
        case .notNullViolation: "not-null-violation"
        case .conflict: "conflict"
        case .lockNotAvailable: "lock-not-available"
        case .commitUnknown: "commit-unknown"
        case .diskFull: "disk-full"
        case .protocolViolation: "protocol-violation"
        case .decoding: "decoding"
        case .tooLarge: "too-large"
        case .resultTooLarge: "result-too-large"
        case .other: "sql"
        }
    }
}

extension PostgresError: CustomStringConvertible {
    /// What happened and what to do next.
    package var description: String {
        let what = "\(self.explanation)"
        guard let statement = self.statement else { return what }
        return "\(statement): \(what)"
    }

    private var explanation: String {
        switch self.code {
        case .unavailable: "the database cannot be reached; try again when it is back"
        case .timedOut: "the database took too long; look for slow statements and locks, then try again"
        case .overloaded: "too many wait for the database; try again later or allow it more connections"
        case .uniqueViolation(let name): "there is such a row already (\(name))"
        case .foreignKeyViolation(let name): "the row that it refers to is missing, or still referred to (\(name))"
        case .checkViolation(let name): "the values are not allowed (\(name))"
        case .exclusionViolation(let name): "it overlaps with a row that is there (\(name))"
        case .notNullViolation(let name): "a value is missing (\(name))"
        case .conflict: "other transactions were in the way; try again"
        case .lockNotAvailable: "the row is locked; try again"
        case .commitUnknown: "the answer to a commit was lost; read what is there before trying again"
        case .diskFull: "the database has no space left; make room on its disk"
        case .protocolViolation: "the connection broke the protocol and was closed; look into the database's log"
        case .decoding: "a column has another type than it was read as; compare statement and schema"
        case .tooLarge: "the parameters are too large; send less at a time"
        case .resultTooLarge: "the result is too large; ask for fewer rows at a time"
        case .other(let state): "the database refused with SQLSTATE \(state); look it up, and into the database's log"
        }
    }
}
