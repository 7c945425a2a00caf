internal import Postgres
internal import Primitives

/// Everything about one concert that all may know, at one time.
struct ConcertDetail: Sendable {
    var summary: ConcertSummary
    var description: String
    var fields: [ConcertField]
    var purchaseLimit: Int
    var holdSeconds: Int
    var queueIsEnabled: Bool
    var queueAdmitPerSecond: Int
    var queueActiveCountMax: Int
    var refundRules: [RefundRule]
    var version: Int
    var isDeleted: Bool
    /// By the clock of the database, which decides what is late.
    var serverTime: WallClock
    var grades: [Grade]
    var schedules: [Schedule]

    struct Grade: Sendable {
        var id: Int64
        var name: String
        var price: Int64
        var kind: String
        var rows: ClosedRange<Int>?
        var section: String?
        /// All of them, where there are several; none otherwise.
        var sections: [String] = []
        var capacity: Int?
        var playback: PlaybackDraft
    }

    struct Schedule: Sendable {
        var id: Int64
        var startsAt: WallClock
        var endsAt: WallClock
        var timeZone: String
        var replayUntil: WallClock?
        var status: String
        /// Seats that nobody has, by the grade's number. A grade that is not in here has none.
        var remaining: [Int64: Int]
        var doorsOpenAt: WallClock
        var version: Int
        var live: LiveStatus
    }

    /// For all to see.
    var isPublic: Bool { !self.isDeleted && self.summary.status != ConcertStatus.draft.rawValue }

    init(
        summary: ConcertSummary, description: String, fields: [ConcertField], purchaseLimit: Int, holdSeconds: Int,
        queueIsEnabled: Bool, queueAdmitPerSecond: Int, queueActiveCountMax: Int, refundRules: [RefundRule],
        version: Int, isDeleted: Bool, serverTime: WallClock, grades: [Grade], schedules: [Schedule]
    ) {
        self.summary = summary
        self.description = description
        self.fields = fields
        self.purchaseLimit = purchaseLimit
        self.holdSeconds = holdSeconds
        self.queueIsEnabled = queueIsEnabled
        self.queueAdmitPerSecond = queueAdmitPerSecond
        self.queueActiveCountMax = queueActiveCountMax
        self.refundRules = refundRules
        self.version = version
        self.isDeleted = isDeleted
        self.serverTime = serverTime
        self.grades = grades
        self.schedules = schedules
    }

    /// Rows of `concert`, `grades` and `schedules` of `CatalogueReadStatements`; what remains, by schedule and grade.
    init(
        _ row: PostgresRow, grades: PostgresRows, schedules: PostgresRows, remaining: [Int64: [Int64: Int]]
    ) throws(PostgresError) {
        self.summary = try ConcertSummary(row, posterColumn: 13, sellerColumn: 14)
        self.description = try row.get(15)
        self.fields = try StoredJSON.list(try row.get(16))
        self.purchaseLimit = try row.get(17)
        self.holdSeconds = try row.get(18)
        self.queueIsEnabled = try row.get(19)
        self.queueAdmitPerSecond = try row.get(20)
        self.queueActiveCountMax = try row.get(21)
        self.refundRules = try StoredJSON.list(try row.get(22, as: String?.self) ?? "[]")
        self.version = try row.get(23)
        self.isDeleted = try row.get(24)
        self.serverTime = try row.get(25, as: PostgresTimestamp.self).wallClock
        self.grades = []
        self.schedules = []
        for grade in grades { self.grades.append(try Grade(grade)) }
        for schedule in schedules { self.schedules.append(try Schedule(schedule, remaining: remaining)) }
    }
}

extension ConcertDetail.Grade {
    init(_ row: PostgresRow) throws(PostgresError) {
        self.id = try row.get(0)
        self.name = try row.get(1)
        self.price = try row.get(2)
        self.kind = try row.get(3)
        let (first, last) = (try row.get(4, as: Int?.self), try row.get(5, as: Int?.self))
        if let first, let last, first <= last { self.rows = first...last }
        self.section = try row.get(6)
        self.capacity = try row.get(7)
        self.playback = PlaybackDraft(
            heightMax: try row.get(8), hasReplay: try row.get(9), deviceCount: try row.get(10))
        let more = try row.get(11, as: [String].self)
        guard let first = self.section, !more.isEmpty else { return }
        // Its rows are those of the first.
        (self.section, self.rows, self.sections) = (nil, nil, [first] + more)
    }
}

extension ConcertDetail.Schedule {
    init(_ row: PostgresRow, remaining: [Int64: [Int64: Int]]) throws(PostgresError) {
        self.id = try row.get(0)
        self.startsAt = try row.get(1, as: PostgresTimestamp.self).wallClock
        self.endsAt = try row.get(2, as: PostgresTimestamp.self).wallClock
        self.timeZone = try row.get(3)
        self.replayUntil = try row.get(4, as: PostgresTimestamp?.self)?.wallClock
        self.status = try row.get(5)
        self.remaining = remaining[self.id] ?? [:]
        self.doorsOpenAt = try row.get(6, as: PostgresTimestamp.self).wallClock
        self.version = try row.get(7)
        self.live = try LiveStatus(row, from: 8)
    }
}
