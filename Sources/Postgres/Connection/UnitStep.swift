/// One statement of a unit: something of a connection's pipeline that is answered by one result.
enum UnitStep: UInt8, Sendable {
    /// A statement is parsed under its name.
    case prepare = 1
    /// A statement is parsed without a name, because the named one is on its way already.
    case parse
    case begin
    /// A setting for this transaction.
    case setting
    /// What the caller asked for.
    case statement
    /// The transaction's number is asked for.
    case transactionID
    case commit
    case rollback
    /// Stands for the synchronisation point where it fails; never appended.
    case synchronise
}
