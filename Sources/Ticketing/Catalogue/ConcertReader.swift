internal import Commerce
internal import HTTPServer
internal import Postgres
internal import Primitives

/// Looks at concerts: finds them, and shows one.
final class ConcertReader: Sendable {
    private let database: PostgresDatabase
    private let metrics: CatalogueMetrics
    private let reads = SharedReads<Int64, ConcertDetail?>(waitingCountMax: CatalogueLimits.readerCountMax)

    init(database: PostgresDatabase, metrics: CatalogueMetrics) {
        self.database = database
        self.metrics = metrics
    }

    /// Published concerts with what is asked for, newest first. One more than `countMax` tells that there is another
    /// page.
    func search(_ search: ConcertSearch) async throws -> [ListedConcert] {
        try await self.database.run(
            CatalogueReadStatements.search, search.keyword, search.category?.rawValue,
            search.from.map(PostgresTimestamp.init), search.to.map(PostgresTimestamp.init), search.below,
            search.countMax + 1
        ).map(ListedConcert.init)
    }

    /// Concerts of the sellers for whom a member works, drafts too.
    func own(of member: Int64, below id: Int64, countMax: Int) async throws -> [ListedConcert] {
        try await self.database.run(CatalogueReadStatements.own, member, id, countMax + 1).map(ListedConcert.init)
    }

    /// Nil when there never was one. Remaining seats are counted, and counted once for all who look at the same time.
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
        return try ConcertDetail(row, grades: grades, schedules: schedules)
    }
}

/// What somebody looks for.
struct ConcertSearch: Equatable, Sendable {
    var keyword: String?
    var category: ConcertCategory?
    var from: WallClock?
    var to: WallClock?
    /// Behind the concert of this number.
    var below = Int64.max
    var countMax = CatalogueLimits.pageCountDefault

    init(_ query: HTTPQuery) throws(HTTPProblem) {
        if let text = try query.single("keyword"), !text.isEmpty {
            guard text.unicodeScalars.count <= CatalogueLimits.keywordLengthMax else {
                throw Self.invalid("keyword has at most \(CatalogueLimits.keywordLengthMax) characters")
            }
            self.keyword = text
        }
        if let text = try query.single("category"), !text.isEmpty {
            // Byte for byte, as words of JSON are compared.
            self.category = ConcertCategory.allCases.first { $0.rawValue.utf8.elementsEqual(text.utf8) }
            if self.category == nil {
                let words = ConcertCategory.allCases.map(\.rawValue).joined(separator: ", ")
                throw Self.invalid("category is one of \(words)")
            }
        }
        self.from = try Self.time(query, "from")
        self.to = try Self.time(query, "to")
        let page = try CataloguePage(query)
        self.below = page.below
        self.countMax = page.countMax
    }

    private static func time(_ query: HTTPQuery, _ name: String) throws(HTTPProblem) -> WallClock? {
        guard let text = try query.single(name), !text.isEmpty else { return nil }
        if let time = TimeText.parse(text) { return time }
        throw Self.invalid("\(name) is a time like 2026-12-24T00:00:00Z; write + as %2B")
    }

    private static func invalid(_ detail: String) -> HTTPProblem {
        HTTPProblem(.badRequest, code: "invalid-request", detail: detail)
    }
}

/// Which part of a list is asked for: behind the row of a number. The cursor's text is opaque to clients.
struct CataloguePage: Equatable, Sendable {
    let below: Int64
    let countMax: Int

    init(_ query: HTTPQuery) throws(HTTPProblem) {
        self.below = try query.single("cursor").map(Self.below) ?? .max
        guard let text = try query.single("limit") else {
            self.countMax = CatalogueLimits.pageCountDefault
            return
        }
        guard let count = DecimalText.parse(Array(text.utf8)), (1...CatalogueLimits.pageCountMax).contains(count)
        else {
            throw HTTPProblem(
                .badRequest, code: "invalid-request", detail: "limit is 1 to \(CatalogueLimits.pageCountMax)")
        }
        self.countMax = count
    }

    static func cursor(behind id: Int64) -> String {
        Base64URL.string(withUnsafeBytes(of: id.bigEndian) { Array($0) })
    }

    private static func below(_ cursor: String) throws(HTTPProblem) -> Int64 {
        guard cursor.utf8.count <= 16, let bytes = Base64URL.decode(cursor.utf8), bytes.count == 8 else {
            throw CatalogueProblems.cursorInvalid
        }
        let id = Int64(bitPattern: bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
        guard id > 0 else { throw CatalogueProblems.cursorInvalid }
        return id
    }
}
