internal import Commerce
internal import HTTPServer
internal import Primitives

/// A concert as somebody describes it, with what it costs and when it is.
struct ConcertDraft: JSONDecodable, Sendable {
    var details: Details
    var stageID: Int64?
    /// Whose concert it is; nil is the owner of the stage, or the caller.
    var sellerID: Int64?
    var currency: Currency
    var grades: [GradeDraft]
    var schedules: [ScheduleDraft]
    /// Seen by the team alone until it is published.
    var isDraft: Bool

    /// What a concert must have.
    struct Details: Sendable {
        var name: String
        var category: ConcertCategory
        var runtimeMinutes: Int
        var saleOpensAt: WallClock
        var saleClosesAt: WallClock
        /// Everything else, as far as it is given.
        var more: ConcertChange
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let change = ConcertChange(reading: json, isWhole: true)
        self.stageID = json.integer(
            "stageId", in: 1...CatalogueNumber.max, isRequired: false, about: "Needed by grades with seats.")
        self.sellerID = json.member(
            "sellerId", isRequired: false, about: "Of whose team one is an ADMIN; oneself, or the stage's owner.")
        self.currency = json.choice("currency", of: Currency.self, isRequired: false, about: "KRW by itself.") ?? .krw
        let grades = json.array("grades", of: GradeDraft.self, countMax: CatalogueLimits.gradeCountMax)
        let schedules = json.array("schedules", of: ScheduleDraft.self, countMax: CatalogueLimits.scheduleCountMax)
        self.isDraft =
            json.boolean("draft", isRequired: false, about: "Seen by its team alone until it is published.") ?? false
        guard let grades, let schedules, let name = change.name, let category = change.category,
            let runtime = change.runtimeMinutes, let opens = change.saleOpensAt, let closes = change.saleClosesAt
        else { throw json.failure }
        self.grades = grades
        self.schedules = schedules
        self.details = Details(
            name: name, category: category, runtimeMinutes: runtime, saleOpensAt: opens, saleClosesAt: closes,
            more: change)
        if grades.isEmpty { json.fail("grades", "required", "at least one") }
        if schedules.isEmpty && !self.isDraft {
            json.fail("schedules", "required", "at least one, unless it is a draft")
        }
        for (index, grade) in grades.enumerated() where grades[..<index].contains(where: { $0.name == grade.name }) {
            json.fail("grades/\(index)/name", "duplicate", "another grade is called so")
        }
        if self.sellerID != nil && self.stageID != nil {
            json.fail("sellerId", "contradiction", "a concert belongs to whom the stage belongs to")
        }
    }
}

/// What is to be different about a concert. What is nil stays.
struct ConcertChange: JSONDecodable, Sendable {
    var name: String?
    var performers: String?
    var description: String?
    var category: ConcertCategory?
    var fields: [ConcertField]?
    var runtimeMinutes: Int?
    var ageRating: Int?
    var saleOpensAt: WallClock?
    var saleClosesAt: WallClock?
    var purchaseLimit: Int?
    var holdSeconds: Int?
    var queue: QueueDraft
    /// Empty is what the law says.
    var refundRules: [RefundRule]?
    /// What grades are to cost; those that are not named stay.
    var prices: [GradePrice] = []

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.init(reading: json, isWhole: false)
        let prices = json.array(
            "grades", of: GradePrice.self, countMax: CatalogueLimits.gradeCountMax, isRequired: false,
            about: "What grades are to cost of which nobody has a seat yet.")
        self.prices = prices ?? []
        for (index, price) in self.prices.enumerated()
        where self.prices[..<index].contains(where: { $0.gradeID == price.gradeID }) {
            json.fail("grades/\(index)/gradeId", "duplicate", "its price is given already")
        }
        guard json.errors.isEmpty else { throw json.failure }
    }

    /// What is wrong is in the reader. `isWhole`: a concert must have what it cannot be without.
    fileprivate init(reading json: JSONObjectReader, isWhole: Bool) {
        self.name = json.line("name", lengthMax: CatalogueLimits.nameLengthMax, isRequired: isWhole)
        self.performers = json.lines("performers", lengthMax: CatalogueLimits.nameLengthMax, about: "Found by search.")
        self.description = json.lines("description", lengthMax: CatalogueLimits.descriptionLengthMax)
        self.category = json.choice("category", of: ConcertCategory.self, isRequired: isWhole)
        self.fields = json.array(
            "fields", of: ConcertField.self, countMax: CatalogueLimits.fieldCountMax, isRequired: false,
            about: "Whatever else is to be told of the show.")
        self.runtimeMinutes = json.integer(
            "runtimeMinutes", in: 1...CatalogueLimits.runtimeMinutesMax, isRequired: isWhole
        ).map(Int.init)
        self.ageRating = json.integer(
            "ageRating", in: 0...21, isRequired: false, about: "The least age; 0 by itself."
        ).map(Int.init)
        self.saleOpensAt = json.time("saleOpensAt", isRequired: isWhole)
        self.saleClosesAt = json.time("saleClosesAt", isRequired: isWhole)
        self.purchaseLimit = json.integer(
            "purchaseLimit", in: 1...100, isRequired: false,
            about: "Seats that one member may have of a schedule; 4 by itself."
        ).map(Int.init)
        self.holdSeconds = json.integer(
            "holdSeconds", in: 30...3600, isRequired: false,
            about: "How long a seat is held for who is about to pay; 300 by itself."
        ).map(Int.init)
        self.queue = json.object("queue", QueueDraft.self, isRequired: false) ?? QueueDraft()
        self.refundRules = json.array(
            "refundRules", of: RefundRule.self, countMax: CatalogueLimits.refundRuleCountMax, isRequired: false,
            about: "From many days before to few; none is what the law says.")
        if let saleOpensAt, let saleClosesAt, saleClosesAt <= saleOpensAt {
            json.fail("saleClosesAt", "out-of-range", "after the sale opens")
        }
        if let refundRules, !RefundRule.areInOrder(refundRules) {
            json.fail("refundRules", "not-in-order", "from many days to few, and never cheaper later")
        }
    }
}
