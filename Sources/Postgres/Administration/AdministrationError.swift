/// What went wrong on an `AdministrationConnection`, for the operator who reads it at a terminal or in the log.
package struct AdministrationError: Error, Equatable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        /// There is no connection, or it broke, or the time was over: it may be different in a moment.
        case unavailable
        /// The connection string cannot be read.
        case malformed
        /// The server refused, with this SQLSTATE.
        case refused(sqlState: String)
    }

    package let code: Code
    /// In the words of the server or of libpq. They name hosts, users and tables, and never a password.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { self.message }

    package var sqlState: String? {
        switch self.code {
        case .unavailable, .malformed: nil
        case .refused(let state): state
        }
    }

    /// The server cannot take connections now, and will by itself: it starts, ends or is full.
    package var isTemporary: Bool {
        switch self.code {
        case .unavailable: true
        case .malformed: false
        case .refused(let state): state == "53300" || state.hasPrefix("57P") || state.hasPrefix("08")
        }
    }
}
