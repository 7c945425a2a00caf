internal import Commerce
internal import HTTPServer

/// How a grade is sold.
enum GradeKind: String, CaseIterable, Sendable {
    /// Seats at places of the stage.
    case seated = "SEATED"
    /// So many people, without places.
    case general = "GENERAL"
    /// So many viewers of the stream.
    case online = "ONLINE"
}

/// A grade as somebody describes it: what a seat of it costs, and which seats those are.
struct GradeDraft: JSONDecodable, Equatable, Sendable {
    var name: String
    var price: Int64
    var places: Places
    var playback = PlaybackDraft()

    enum Places: Equatable, Sendable {
        case rows(ClosedRange<Int>)
        case section(String)
        /// At least one.
        case sections([String])
        case general(Int)
        case online(Int)
    }

    init(name: String, price: Int64, places: Places) {
        self.name = name
        self.price = price
        self.places = places
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let name = json.line("name", lengthMax: CatalogueLimits.wordLengthMax)
        let price = json.integer(
            "price", in: 0...Money.amountMax, about: "In the smallest unit of the concert's currency.")
        let kind = json.choice("kind", of: GradeKind.self, isRequired: false, about: "SEATED by itself.") ?? .seated
        let rows = json.range(
            "rows", isRequired: false, about: "SEATED: first and last row, counted from 1, both included.")
        let section = json.line(
            "section", lengthMax: CatalogueLimits.wordLengthMax, isRequired: false,
            about: "SEATED, instead of rows: a section of the stage by its name.")
        let sections = json.strings(
            "sections", lengthMax: CatalogueLimits.wordLengthMax, countMax: CatalogueLimits.sectionCountMax,
            isRequired: false, about: "SEATED, instead of a section: several of them.")
        let capacity = json.integer(
            "capacity", in: 1...Int64(SeatID.countMax - 1), isRequired: false,
            about: "GENERAL and ONLINE: how many there are.")
        let playback = json.object(
            "playback", PlaybackDraft.self, isRequired: false, about: "What of the stream it is for; all by itself.")
        guard json.errors.isEmpty, let name, let price else { throw json.failure }
        let areas = Self.areas(section, sections, json)
        guard json.errors.isEmpty else { throw json.failure }
        self.playback = playback ?? PlaybackDraft()
        self.name = name
        self.price = price
        let place = sections == nil ? "section" : "sections"
        switch (kind, rows, areas, capacity.map(Int.init)) {
        case (.seated, let rows?, nil, nil): self.places = .rows(rows)
        case (.seated, nil, let areas?, nil): self.places = areas
        case (.general, nil, nil, let capacity?): self.places = .general(capacity)
        case (.online, nil, nil, let capacity?): self.places = .online(capacity)
        case (.seated, let rows, let areas, let capacity):
            if capacity != nil { json.fail("capacity", "not-for-this-kind", "seats are counted by their places") }
            if rows == nil && areas == nil { json.fail("rows", "required", "rows or a section") }
            if rows != nil && areas != nil { json.fail(place, "contradiction", "rows or sections, not both") }
            throw json.failure
        case (.general, let rows, let areas, let capacity), (.online, let rows, let areas, let capacity):
            if rows != nil { json.fail("rows", "not-for-this-kind", "this kind has no places") }
            if areas != nil { json.fail(place, "not-for-this-kind", "this kind has no places") }
            if capacity == nil { json.fail("capacity", "required", "how many there are") }
            throw json.failure
        }
    }

    /// The sections that it is of.
    var sectionNames: [String] {
        switch self.places {
        case .section(let name): [name]
        case .sections(let names): names
        case .rows, .general, .online: []
        }
    }

    /// One section or several; nil for none.
    private static func areas(_ section: String?, _ sections: [String]?, _ json: JSONObjectReader) -> Places? {
        guard let sections else { return section.map { .section($0) } }
        if section != nil { json.fail("sections", "contradiction", "a section or several, not both") }
        if sections.isEmpty { json.fail("sections", "too-few", "at least one") }
        return .sections(sections)
    }

    var kind: GradeKind {
        switch self.places {
        case .rows, .section, .sections: .seated
        case .general: .general
        case .online: .online
        }
    }
}
