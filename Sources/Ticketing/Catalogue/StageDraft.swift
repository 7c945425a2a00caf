internal import HTTPServer

/// A stage as somebody describes it.
struct StageDraft: JSONDecodable, Sendable {
    var name: String
    var location: String
    var timeZone: String
    var layout: StageLayout
    /// Whose stage it is; nil is the caller's.
    var sellerID: Int64?

    static let timeZoneDefault = "Asia/Seoul"

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let change = try StageChange(json: json, isWhole: true)
        self.sellerID = json.member(
            "sellerId", isRequired: false, about: "Of whose team one is an ADMIN; oneself otherwise.")
        guard let name = change.name, let location = change.location, let rows = change.rowCount,
            let columns = change.columnCount
        else { throw json.failure }
        self.name = name
        self.location = location
        self.timeZone = change.timeZone ?? Self.timeZoneDefault
        self.layout = change.applied(to: StageLayout(rowCount: rows, columnCount: columns))
        let faults = self.layout.faults
        guard faults.isEmpty else { throw JSONFieldErrors(json.errors + faults) }
    }
}

/// What is to be different about a stage. What is nil stays.
struct StageChange: JSONDecodable, Sendable {
    var name: String?
    var location: String?
    var timeZone: String?
    var rowCount: Int?
    var columnCount: Int?
    var sections: [StageLayout.Section]?
    var aisles: [Int]?
    var rowAisles: [Int]?
    var blocked: [StageLayout.Place]?

    init(json: JSONObjectReader) throws(JSONFieldErrors) { try self.init(json: json, isWhole: false) }

    fileprivate init(json: JSONObjectReader, isWhole: Bool) throws(JSONFieldErrors) {
        let side = 1...Int64(CatalogueLimits.sideLengthMax)
        self.name = json.line("name", lengthMax: CatalogueLimits.nameLengthMax, isRequired: isWhole)
        self.location = json.line("location", lengthMax: CatalogueLimits.locationLengthMax, isRequired: isWhole)
        self.timeZone = json.timeZone("timeZone")
        self.rowCount = json.integer("rows", in: side, isRequired: isWhole).map(Int.init)
        self.columnCount = json.integer("cols", in: side, isRequired: isWhole).map(Int.init)
        self.sections = json.array(
            "sections", of: StageLayout.Section.self, countMax: CatalogueLimits.sectionCountMax, isRequired: false)
        self.aisles = json.integers(
            "aisles", in: side, countMax: CatalogueLimits.aisleCountMax, isRequired: false,
            about: "Behind which columns there is an aisle."
        )?.map(Int.init)
        self.rowAisles = json.integers(
            "rowAisles", in: side, countMax: CatalogueLimits.aisleCountMax, isRequired: false,
            about: "Behind which rows there is an aisle."
        )?.map(Int.init)
        self.blocked = json.array(
            "blocked", of: StageLayout.Place.self, countMax: CatalogueLimits.blockedCountMax, isRequired: false,
            about: "Places at which nobody can sit.")
        if !isWhole && !json.errors.isEmpty { throw json.failure }
    }

    /// Whether seats that were made already would be at other places.
    var isOfLayout: Bool {
        self.rowCount != nil || self.columnCount != nil || self.sections != nil || self.blocked != nil
    }

    func applied(to layout: StageLayout) -> StageLayout {
        StageLayout(
            rowCount: self.rowCount ?? layout.rowCount, columnCount: self.columnCount ?? layout.columnCount,
            sections: self.sections ?? layout.sections, aisles: self.aisles ?? layout.aisles,
            rowAisles: self.rowAisles ?? layout.rowAisles, blocked: self.blocked ?? layout.blocked)
    }
}
