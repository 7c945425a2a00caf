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

/// The steps of a unit in their order: at most 16, in eight bytes.
struct UnitSteps: Equatable, Sendable {
    static let countMax = 16

    private var bits: UInt64 = 0
    private(set) var count = 0

    init() {}

    init(_ steps: [UnitStep]) {
        for step in steps { self.append(step) }
    }

    var first: UnitStep? { UnitStep(rawValue: UInt8(self.bits & 0xF)) }

    mutating func append(_ step: UnitStep) {
        precondition(self.count < Self.countMax, "a unit has at most 16 steps")
        self.bits |= UInt64(step.rawValue) << UInt64(4 * self.count)
        self.count += 1
    }

    mutating func popFirst() -> UnitStep? {
        guard let step = self.first else { return nil }
        self.bits >>= 4
        self.count -= 1
        return step
    }
}
