/// What became of the money of a concert. Who sells seats does not know it, and asks whoever takes the money.
package protocol SaleMoney: Sendable {
    func money(of concert: Int64) async throws -> SaleMoneySums
}

/// In the currency of the concert.
package struct SaleMoneySums: Equatable, Sendable {
    /// What buyers have paid.
    package var taken: Int64
    /// What went back to them,
    package var returned: Int64
    /// what is promised to,
    package var promised: Int64
    /// and what of seats that were given back was kept, by the rules.
    package var kept: Int64

    package init(taken: Int64, returned: Int64, promised: Int64, kept: Int64) {
        self.taken = taken
        self.returned = returned
        self.promised = promised
        self.kept = kept
    }
}
