internal import HTTPServer
internal import Postgres

/// Whether a seller may have more, asked in the transaction that makes it, and until whose end nobody else makes
/// anything for him. Throws `seller-limit`.
enum SellerRoom {
    static func requireStage(_ seller: Int64, in transaction: PostgresTransaction) async throws {
        guard try await self.counts(seller, transaction).stages < CatalogueLimits.sellerStageCountMax else {
            throw CatalogueProblems.sellerFull("\(CatalogueLimits.sellerStageCountMax) stages")
        }
    }

    static func requireConcert(_ seller: Int64, in transaction: PostgresTransaction) async throws {
        guard try await self.counts(seller, transaction).concerts < CatalogueLimits.sellerConcertCountMax else {
            throw CatalogueProblems.sellerFull("\(CatalogueLimits.sellerConcertCountMax) concerts that are not over")
        }
    }

    /// For so many more schedules of a concert, of `seatCount` seats each.
    static func requireSchedules(
        _ count: Int, seatCount: Int, of concert: Int64, in transaction: PostgresTransaction
    ) async throws {
        let seller: Int64 = try await transaction.run(SellerStatements.ofConcert, concert).single()
        _ = try await transaction.run(SellerStatements.lock, seller)
        guard let row = try await transaction.run(SellerStatements.schedules, seller).first else { return }
        let (schedules, seats) = (try row.get(0, as: Int.self), try row.get(1, as: Int.self))
        guard try row.get(2, as: Int.self) + seatCount * count <= CatalogueLimits.sellerSeatCountOfDayMax else {
            throw CatalogueProblems.sellerFull("\(CatalogueLimits.sellerSeatCountOfDayMax) seats made within a day")
        }
        guard schedules + count <= CatalogueLimits.sellerScheduleCountMax else {
            throw CatalogueProblems.sellerFull("\(CatalogueLimits.sellerScheduleCountMax) schedules to come")
        }
        guard seats + seatCount * count <= CatalogueLimits.sellerSeatCountMax else {
            throw CatalogueProblems.sellerFull("\(CatalogueLimits.sellerSeatCountMax) seats of schedules to come")
        }
    }

    private static func counts(
        _ seller: Int64, _ transaction: PostgresTransaction
    ) async throws -> (stages: Int, concerts: Int) {
        _ = try await transaction.run(SellerStatements.lock, seller)
        guard let row = try await transaction.run(SellerStatements.counts, seller).first else { return (0, 0) }
        return (try row.get(0), try row.get(1))
    }
}
