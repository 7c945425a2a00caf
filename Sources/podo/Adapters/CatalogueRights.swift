internal import HTTPServer
internal import Payments
internal import Ticketing

/// Who sells a concert and who works for him, as payments ask for it.
struct CatalogueRights: ConcertRights {
    let access: CatalogueAccess

    func concert(_ id: Int64, toChange: Bool, _ caller: HTTPCaller) async throws -> SoldConcert {
        let sale = try await self.access.requireSale(toChange ? [.admin] : [.admin, .finance], concert: id, caller)
        return SoldConcert(sellerID: sale.seller, currency: sale.currency)
    }
}
