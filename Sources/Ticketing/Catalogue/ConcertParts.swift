internal import HTTPServer

/// What sort of show it is.
enum ConcertCategory: String, CaseIterable, Sendable {
    case concert = "CONCERT"
    case musical = "MUSICAL"
    case sport = "SPORT"
    case exhibition = "EXHIBITION"
    case other = "OTHER"
}

/// How far a concert is.
enum ConcertStatus: String, CaseIterable, Sendable {
    /// Seen by its team alone.
    case draft = "DRAFT"
    /// For all to see, and on sale in its time.
    case published = "PUBLISHED"
    /// To be seen by whoever knows it, and sold no more.
    case closed = "CLOSED"
    case canceled = "CANCELED"
}

/// Anything else that is to be told of a show: `Home team`, `Grapes`.
struct ConcertField: JSONDecodable, JSONEncodable, Equatable, Sendable {
    let name: String
    let value: String

    init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let name = json.line("name", lengthMax: CatalogueLimits.wordLengthMax)
        let value = json.lines("value", lengthMax: CatalogueLimits.fieldLengthMax, isRequired: true)
        guard let name, let value else { throw json.failure }
        self.init(name: name, value: value)
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", self.name)
            writer.member("value", self.value)
        }
    }
}

/// From so many days before the show on, a refund costs this part of the price, in hundredths of a percent.
struct RefundRule: JSONDecodable, JSONEncodable, Equatable, Sendable {
    let daysBefore: Int
    let feeBasisPoints: Int

    init(daysBefore: Int, feeBasisPoints: Int) {
        self.daysBefore = daysBefore
        self.feeBasisPoints = feeBasisPoints
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let days = json.integer(
            "daysBefore", in: -14...365,
            about: "At least so many days before the show. Less than none: at most so many after it has begun.")
        let fee = json.integer("feeBasisPoints", in: 0...10_000, about: "1000 is a tenth of the price.")
        guard let days, let fee else { throw json.failure }
        self.init(daysBefore: Int(days), feeBasisPoints: Int(fee))
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("daysBefore", self.daysBefore)
            writer.member("feeBasisPoints", self.feeBasisPoints)
        }
    }

    /// Earlier is never dearer, and no day has two rules.
    static func areInOrder(_ rules: [RefundRule]) -> Bool {
        zip(rules, rules.dropFirst()).allSatisfy {
            $0.daysBefore > $1.daysBefore && $0.feeBasisPoints <= $1.feeBasisPoints
        }
    }
}

/// Whether buyers of a concert wait in a queue, and how fast they are let in.
struct QueueDraft: JSONDecodable, Equatable, Sendable {
    var isEnabled: Bool?
    var admitPerSecond: Int?
    var activeCountMax: Int?

    init() {}

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.isEnabled = json.boolean("enabled", isRequired: false)
        self.admitPerSecond = json.integer(
            "admitPerSecond", in: 1...100_000, isRequired: false, about: "200 by itself."
        ).map(Int.init)
        self.activeCountMax = json.integer(
            "maxActive", in: 1...1_000_000, isRequired: false, about: "2000 by itself."
        ).map(Int.init)
    }
}
