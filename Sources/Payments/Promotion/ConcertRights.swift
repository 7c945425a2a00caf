package import Commerce
package import HTTPServer

/// Who may do what with codes of a concert. Payments know neither sellers' teams nor what a concert is sold in.
package protocol ConcertRights: Sendable {
    /// Throws `not-found` for what is not there or is none of the caller's business, and `forbidden`. `toChange` is
    /// false for whoever only looks.
    func concert(_ id: Int64, toChange: Bool, _ caller: HTTPCaller) async throws -> SoldConcert
}

/// A concert, as far as codes are about it.
package struct SoldConcert: Equatable, Sendable {
    package let sellerID: Int64
    package let currency: Currency

    package init(sellerID: Int64, currency: Currency) {
        self.sellerID = sellerID
        self.currency = currency
    }
}
