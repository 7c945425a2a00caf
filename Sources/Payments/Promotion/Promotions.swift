internal import Commerce
internal import HTTPServer
package import Postgres
internal import Primitives

/// The codes of concerts: made, looked at, changed and ended by those who sell. What was promised to somebody who has
/// begun to pay stays promised, whatever they do.
package struct Promotions: Sendable {
    /// Codes of one concert that are not ended.
    static let countMax = 1000

    private let database: PostgresDatabase

    package init(database: PostgresDatabase) { self.database = database }

    func create(
        _ draft: PromotionDraft, of concert: Int64, _ sold: SoldConcert, by member: Int64
    ) async throws -> PromotionRow {
        let startsAt = draft.startsAt ?? .now
        guard startsAt < draft.endsAt else { throw Self.invalid("endsAt", "out-of-range", "after the start") }
        do {
            return try await self.database.transaction("promotion_create", actor: "member:\(member)") { transaction in
                let (points, amount, most) = draft.promotion.columns
                let rows = try await transaction.run(
                    PromotionStatements.insert, sold.sellerID, concert, draft.code.text, draft.promotion.kind.rawValue,
                    points, amount, most, sold.currency.rawValue, PostgresTimestamp(startsAt),
                    PostgresTimestamp(draft.endsAt), draft.useCountMax, draft.useCountOfMemberMax, Self.countMax)
                guard let id = try rows.first?.get(0, as: Int64.self) else { throw Self.tooMany }
                return try await Self.reread(id, in: transaction)
            }
        } catch let error as PostgresError {
            guard case .uniqueViolation = error.code else { throw error }
            throw Self.exists
        }
    }

    /// Latest first, those that are over or ended too.
    func list(of concert: Int64, before id: Int64, countMax: Int) async throws -> [PromotionRow] {
        try await self.database.run(PromotionStatements.list, concert, id, countMax).map(PromotionRow.init)
    }

    func promotion(_ id: Int64) async throws -> PromotionRow? {
        try await self.database.run(PromotionStatements.get, id).first.map(PromotionRow.init)
    }

    /// What it takes off stays as it was promised: for something else there are other codes.
    func change(_ id: Int64, _ change: PromotionChange, by member: Int64) async throws -> PromotionRow {
        try await self.database.transaction("promotion_change", actor: "member:\(member)") { transaction in
            let promotion = try await Self.lock(id, in: transaction)
            guard promotion.status != .ended else { throw PaymentProblems.invalidState }
            guard change.startsAt ?? promotion.startsAt < change.endsAt ?? promotion.endsAt else {
                throw Self.invalid(change.endsAt == nil ? "startsAt" : "endsAt", "out-of-range", "an end after a start")
            }
            if let most = change.useCountMax, most < promotion.useCount {
                throw Self.invalid("usesMax", "out-of-range", "it was used \(promotion.useCount) times")
            }
            _ = try await transaction.run(
                PromotionStatements.change, id, change.startsAt.map(PostgresTimestamp.init),
                change.endsAt.map(PostgresTimestamp.init), change.useCountMax, change.useCountOfMemberMax)
            return try await Self.reread(id, in: transaction)
        }
    }

    /// Nobody begins to pay with it any more. Twice is once.
    func end(_ id: Int64, by member: Int64) async throws {
        try await self.database.transaction("promotion_end", actor: "member:\(member)") { transaction in
            _ = try await transaction.run(PromotionStatements.end, id)
        }
    }

    // MARK: Helpers

    private static func lock(_ id: Int64, in transaction: PostgresTransaction) async throws -> PromotionRow {
        _ = try await transaction.run(PromotionStatements.lock, id)
        return try await Self.reread(id, in: transaction)
    }

    private static func reread(_ id: Int64, in transaction: PostgresTransaction) async throws -> PromotionRow {
        guard let row = try await transaction.run(PromotionStatements.get, id).first else { throw HTTPProblem.notFound }
        return try PromotionRow(row)
    }

    private static let exists = HTTPProblem(
        .conflict, code: "promotion-exists", detail: "The concert has such a code. End it first, or choose another.")
    private static let tooMany = HTTPProblem(
        .conflict, code: "promotion-count", detail: "A concert has at most \(Self.countMax) codes.")

    private static func invalid(_ field: String, _ code: StaticString, _ detail: String) -> HTTPProblem {
        HTTPProblem(
            .badRequest, code: "invalid-request",
            fieldErrors: [HTTPProblem.FieldError(pointer: "/" + field, code: code, detail: detail)])
    }
}

extension Promotion {
    var kind: PromotionKind {
        switch self {
        case .percent: .percent
        case .fixed: .fixed
        }
    }

    /// As the table has it: basis points, sum, the most that is taken off.
    var columns: (Int64?, Int64?, Int64?) {
        switch self {
        case .percent(let basisPoints, let most): (basisPoints, nil, most)
        case .fixed(let amount): (nil, amount, nil)
        }
    }
}
