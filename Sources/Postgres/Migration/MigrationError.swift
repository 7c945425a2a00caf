/// Why a database cannot be used with this Podo.
package struct MigrationError: Error, Equatable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        /// It cannot be reached now.
        case unavailable
        /// It has a migration that this Podo does not know.
        case schemaUnknown
        /// A migration was applied that had another text.
        case schemaChanged
        /// A migration is missing, and this Podo was not asked to apply it.
        case schemaOlder
        /// It is not a database that Podo can work with, whatever its schema.
        case unfit
        /// A migration failed; nothing of it is left.
        case failed
    }

    package let code: Code
    /// What is wrong and what to do.
    package let sentence: String

    package init(_ code: Code, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }

    package var description: String { self.sentence }
}
