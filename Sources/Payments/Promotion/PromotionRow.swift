internal import Commerce
internal import Postgres
internal import Primitives

/// What a code is at this moment.
enum PromotionStatus: String, CaseIterable, Sendable {
    case upcoming = "UPCOMING"
    case active = "ACTIVE"
    case usedUp = "USED_UP"
    /// Its time is over,
    case over = "OVER"
    /// or somebody has ended it.
    case ended = "ENDED"
}

enum PromotionKind: String, CaseIterable, Sendable {
    case percent = "PERCENT"
    case fixed = "FIXED"
}

/// A code as the team of its concert sees it.
struct PromotionRow: Sendable {
    var id: Int64
    var concertID: Int64
    var code: String
    var promotion: Promotion
    var currency: Currency
    var startsAt: WallClock
    var endsAt: WallClock
    var useCount: Int64
    var useCountMax: Int64
    var useCountOfMemberMax: Int64
    var status: PromotionStatus
    var createdAt: WallClock

    /// Of `PromotionStatements`.
    init(_ row: PostgresRow) throws {
        guard let currency = Currency(rawValue: try row.get(6)), let status = PromotionStatus(rawValue: try row.get(12))
        else { throw PostgresError(.decoding) }
        self.id = try row.get(0)
        self.promotion = try Promotion(row)
        self.concertID = try row.get(4)
        self.code = try row.get(5)
        self.currency = currency
        self.startsAt = try row.get(7, as: PostgresTimestamp.self).wallClock
        self.endsAt = try row.get(8, as: PostgresTimestamp.self).wallClock
        self.useCount = try row.get(9)
        self.useCountMax = try row.get(10)
        self.useCountOfMemberMax = try row.get(11)
        self.status = status
        self.createdAt = try row.get(13, as: PostgresTimestamp.self).wallClock
    }

    init(
        id: Int64, concertID: Int64, code: String, promotion: Promotion, startsAt: WallClock, endsAt: WallClock,
        useCount: Int64, status: PromotionStatus
    ) {
        self.id = id
        self.concertID = concertID
        self.code = code
        self.promotion = promotion
        self.currency = .krw
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.useCount = useCount
        self.useCountMax = 100
        self.useCountOfMemberMax = 1
        self.status = status
        self.createdAt = startsAt
    }
}
