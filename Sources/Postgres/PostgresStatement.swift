package import Primitives

/// SQL written in the source: nothing that came from outside can become part of it.
///
/// A connection prepares it when it first meets it. `name` labels metrics and errors, and is what the server calls the
/// prepared statement; statements with different SQL should not share one.
package struct PostgresStatement: Sendable {
    /// What is lost when the answer is: a read can be asked again, a write may or may not have happened.
    package enum Effect: Sendable {
        case reads, writes
    }

    package let name: StaticString
    package let sql: StaticString
    package let effect: Effect
    package let purpose: PostgresPurpose
    /// How long the server may work on it; nil for what its purpose gives.
    package let timeout: TimeAmount?

    /// - Parameters:
    ///   - effect: `.reads` promises that running it twice does no harm: it is asked again when an answer is lost.
    ///   - purpose: Whose connections it uses outside of a transaction.
    package init(
        _ name: StaticString, _ sql: StaticString, effect: Effect = .writes, purpose: PostgresPurpose = .interactive,
        timeout: TimeAmount? = nil
    ) {
        precondition(name.hasPointerRepresentation && sql.hasPointerRepresentation, "a statement is a text")
        self.name = name
        self.sql = sql
        self.effect = effect
        self.purpose = purpose
        self.timeout = timeout
    }
}
