internal import Commerce
internal import Postgres
internal import Primitives

/// A concert as lists show it.
struct ConcertSummary: Sendable {
    var id: Int64
    var name: String
    var performers: String
    var category: String
    var status: String
    var saleOpensAt: WallClock
    var saleClosesAt: WallClock
    var currency: Currency
    var runtimeMinutes: Int
    var ageRating: Int
    var stage: StageName?
    var sellerID: Int64
    /// Nil without a poster.
    var posterDigest: String?

    struct StageName: Sendable {
        var id: Int64
        var name: String
        var location: String
    }

    init(
        id: Int64, name: String, performers: String, category: String, status: String, saleOpensAt: WallClock,
        saleClosesAt: WallClock, currency: Currency, runtimeMinutes: Int, ageRating: Int, stage: StageName?,
        sellerID: Int64, posterDigest: String?
    ) {
        self.id = id
        self.name = name
        self.performers = performers
        self.category = category
        self.status = status
        self.saleOpensAt = saleOpensAt
        self.saleClosesAt = saleClosesAt
        self.currency = currency
        self.runtimeMinutes = runtimeMinutes
        self.ageRating = ageRating
        self.stage = stage
        self.sellerID = sellerID
        self.posterDigest = posterDigest
    }

    /// The first 13 columns are in the order of the members; where the poster and the seller are differs.
    init(_ row: PostgresRow, posterColumn: Int, sellerColumn: Int) throws(PostgresError) {
        self.id = try row.get(0)
        self.name = try row.get(1)
        self.performers = try row.get(2)
        self.category = try row.get(3)
        self.status = try row.get(4)
        self.saleOpensAt = try row.get(5, as: PostgresTimestamp.self).wallClock
        self.saleClosesAt = try row.get(6, as: PostgresTimestamp.self).wallClock
        guard let currency = Currency(rawValue: try row.get(7)) else { throw PostgresError(.decoding) }
        self.currency = currency
        self.runtimeMinutes = try row.get(8)
        self.ageRating = try row.get(9)
        if let id = try row.get(10, as: Int64?.self) {
            self.stage = StageName(id: id, name: try row.get(11), location: try row.get(12))
        }
        self.posterDigest = try row.get(posterColumn)
        self.sellerID = try row.get(sellerColumn)
    }
}

/// A line of a list.
struct ListedConcert: Sendable {
    var summary: ConcertSummary
    var firstStartsAt: WallClock?
    var lastStartsAt: WallClock?
    /// Of those that are not over.
    var nextStartsAt: WallClock?
    /// All performances of a concert are in one; nil without one.
    var timeZone: String?
    /// Whether one of them is on at the moment.
    var isLive: Bool
    var scheduleCount: Int
    var priceMin: Int64?

    init(
        summary: ConcertSummary, firstStartsAt: WallClock?, lastStartsAt: WallClock?, nextStartsAt: WallClock?,
        timeZone: String?, isLive: Bool, scheduleCount: Int, priceMin: Int64?
    ) {
        self.summary = summary
        self.firstStartsAt = firstStartsAt
        self.lastStartsAt = lastStartsAt
        self.nextStartsAt = nextStartsAt
        self.timeZone = timeZone
        self.isLive = isLive
        self.scheduleCount = scheduleCount
        self.priceMin = priceMin
    }

    init(_ row: PostgresRow) throws(PostgresError) {
        self.summary = try ConcertSummary(row, posterColumn: 17, sellerColumn: 18)
        self.firstStartsAt = try row.get(13, as: PostgresTimestamp?.self)?.wallClock
        self.lastStartsAt = try row.get(14, as: PostgresTimestamp?.self)?.wallClock
        self.scheduleCount = try row.get(15)
        self.priceMin = try row.get(16)
        self.nextStartsAt = try row.get(19, as: PostgresTimestamp?.self)?.wallClock
        self.timeZone = try row.get(20)
        self.isLive = try row.get(21)
    }
}
