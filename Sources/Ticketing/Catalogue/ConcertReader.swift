internal import Commerce
internal import HTTPServer
internal import Postgres
internal import Primitives

/// Looks at concerts: finds them, and shows one.
final class ConcertReader: Sendable {
    private let database: PostgresDatabase
    private let metrics: CatalogueMetrics
    private let remaining: RemainingSeats
    private let reads = SharedReads<Int64, ConcertDetail?>(waitingCountMax: CatalogueLimits.readerCountMax)

    init(database: PostgresDatabase, remainingTime: TimeAmount, metrics: CatalogueMetrics) {
        self.database = database
        self.remaining = RemainingSeats(database: database, keepTime: remainingTime)
        self.metrics = metrics
    }

    /// Published concerts with what is asked for, newest first. One more than `limit` tells that there is another
    /// page.
    func search(_ search: ConcertSearch) async throws -> [ListedConcert] {
        try await self.database.run(
            CatalogueReadStatements.search, search.keyword, search.category?.rawValue,
            search.from.map(PostgresTimestamp.init), search.to.map(PostgresTimestamp.init), search.below,
            search.limit + 1
        ).map(ListedConcert.init)
    }

    /// Concerts of the sellers for whom a member works, drafts too.
    func own(of member: Int64, below id: Int64, limit: Int) async throws -> [ListedConcert] {
        try await self.database.run(CatalogueReadStatements.own, member, id, limit + 1).map(ListedConcert.init)
    }

    /// Everybody's concerts, drafts too.
    func all(status: ConcertStatus?, seller: Int64?, below id: Int64, limit: Int) async throws -> [ListedConcert] {
        try await self.database.run(CatalogueReadStatements.all, status?.rawValue, seller, id, limit + 1)
            .map(ListedConcert.init)
    }

    /// Nil when there never was one. What it says is of now, but for the seats that are left, which may be a moment
    /// old.
    func detail(_ id: Int64) async throws -> ConcertDetail? {
        switch try await self.reads.read(id, { try await self.load(id) }) {
        case .asked(let detail):
            self.metrics.read("asked")
            return detail
        case .shared(let detail):
            self.metrics.read("shared")
            return detail
        case .shed:
            self.metrics.read("shed")
            throw CatalogueProblems.busy
        }
    }

    private func load(_ id: Int64) async throws -> ConcertDetail? {
        guard let row = try await self.database.run(CatalogueReadStatements.concert, id).first else { return nil }
        let grades = try await self.database.run(CatalogueReadStatements.grades, id)
        let schedules = try await self.database.run(CatalogueReadStatements.schedules, id)
        let remaining = try await self.remaining.counts(of: id, schedules: schedules.map { try $0.get(0) })
        return try ConcertDetail(row, grades: grades, schedules: schedules, remaining: remaining)
    }
}

/// What somebody looks for.
struct ConcertSearch: Equatable, Sendable {
    static let list: StaticString = "concerts"

    var keyword: String?
    var category: ConcertCategory?
    var from: WallClock?
    var to: WallClock?
    /// Behind the concert of this number.
    let below: Int64
    let limit: Int

    init(_ query: HTTPQuery) throws(HTTPProblem) {
        // Forms send what was left empty too.
        if let text = try query.text("keyword", lengthMax: CatalogueLimits.keywordLengthMax), !text.isEmpty {
            self.keyword = text
        }
        if try query.single("category")?.isEmpty == false {
            self.category = try query.choice(ConcertCategory.self, "category")
        }
        self.from = try Self.time(query, "from")
        self.to = try Self.time(query, "to")
        let page = try PageRequest(query, of: Self.list)
        self.below = try page.numberBelow()
        self.limit = page.limit
    }

    private static func time(_ query: HTTPQuery, _ name: String) throws(HTTPProblem) -> WallClock? {
        guard let text = try query.single(name), !text.isEmpty else { return nil }
        if let time = TimeText.parse(text) { return time }
        throw HTTPProblem(
            .badRequest, code: "invalid-request",
            detail: "\(name) is a time like 2026-12-24T00:00:00Z; write + as %2B")
    }
}
