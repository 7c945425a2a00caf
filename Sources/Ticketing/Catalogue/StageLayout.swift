internal import HTTPServer

/// The places of a stage: rows × columns, both counted from 1, some of them in sections, some of them blocked.
struct StageLayout: Equatable, Sendable {
    var rowCount: Int
    var columnCount: Int
    var sections: [Section] = []
    /// An aisle is behind the column of this number.
    var aisles: [Int] = []
    /// And behind the row of this number.
    var rowAisles: [Int] = []
    /// Places at which nobody can sit.
    var blocked: [Place] = []

    struct Place: Hashable, Sendable {
        let row: Int
        let column: Int
    }

    /// Rows and columns, both ends included.
    struct Area: Equatable, Sendable {
        let rows: ClosedRange<Int>
        let columns: ClosedRange<Int>

        var count: Int { self.rows.count * self.columns.count }

        func overlaps(_ other: Area) -> Bool {
            self.rows.overlaps(other.rows) && self.columns.overlaps(other.columns)
        }

        func contains(_ place: Place) -> Bool {
            self.rows.contains(place.row) && self.columns.contains(place.column)
        }
    }

    struct Section: Equatable, Sendable {
        let name: String
        let rows: ClosedRange<Int>
        /// Nil is the whole width.
        let columns: ClosedRange<Int>?
    }

    func area(of section: Section) -> Area {
        Area(rows: section.rows, columns: section.columns ?? 1...max(self.columnCount, 1))
    }

    /// Everything that is wrong with it, by its places in JSON.
    var faults: [HTTPProblem.FieldError] {
        var faults: [HTTPProblem.FieldError] = []
        for (index, section) in self.sections.enumerated() {
            let area = self.area(of: section)
            if area.rows.upperBound > self.rowCount {
                faults.append(.init("sections/\(index)/rows", "out-of-range", "the stage has \(self.rowCount) rows"))
            }
            if area.columns.upperBound > self.columnCount {
                let detail = "the stage has \(self.columnCount) columns"
                faults.append(.init("sections/\(index)/cols", "out-of-range", detail))
            }
            for other in self.sections[..<index] where other.name == section.name {
                faults.append(.init("sections/\(index)/name", "duplicate", "another section is called so"))
            }
            for other in self.sections[..<index] where self.area(of: other).overlaps(area) {
                faults.append(.init("sections/\(index)", "overlap", "it overlaps with section \(other.name)"))
            }
        }
        for (index, aisle) in self.aisles.enumerated() where aisle >= self.columnCount {
            faults.append(.init("aisles/\(index)", "out-of-range", "an aisle is between two columns"))
        }
        for (index, aisle) in self.rowAisles.enumerated() where aisle >= self.rowCount {
            faults.append(.init("rowAisles/\(index)", "out-of-range", "an aisle is between two rows"))
        }
        let whole = Area(rows: 1...max(self.rowCount, 1), columns: 1...max(self.columnCount, 1))
        for (index, place) in self.blocked.enumerated() where !whole.contains(place) {
            faults.append(.init("blocked/\(index)", "out-of-range", "the stage has no such place"))
        }
        return Array(faults.prefix(JSONObjectReader.errorCountMax))
    }
}

// MARK: As the database keeps it

extension StageLayout.Place {
    /// As `stage.blocked` has it.
    var code: Int32 { Int32(self.row * 10_000 + self.column) }

    init(code: Int32) {
        self.row = Int(code / 10_000)
        self.column = Int(code % 10_000)
    }
}

// MARK: As JSON

extension StageLayout {
    /// What a map of the hall needs to be drawn: members of an object.
    func encodeHall(to writer: inout JSONWriter) {
        writer.member("rows", self.rowCount)
        writer.member("cols", self.columnCount)
        writer.member("sections", self.sections)
        writer.member("aisles", self.aisles)
        writer.member("rowAisles", self.rowAisles)
    }
}

extension StageLayout.Section: JSONDecodable, JSONEncodable {
    static var schemaName: String { "StageSection" }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let name = json.line("name", lengthMax: CatalogueLimits.wordLengthMax)
        let rows = json.range("rows", about: "First and last row, counted from 1.")
        let columns = json.range("cols", isRequired: false, about: "First and last column; all by themselves.")
        guard let name, let rows else { throw json.failure }
        self.init(name: name, rows: rows, columns: columns)
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", self.name)
            writer.member("rows", [self.rows.lowerBound, self.rows.upperBound])
            if let columns { writer.member("cols", [columns.lowerBound, columns.upperBound]) }
        }
    }
}

extension StageLayout.Place: JSONDecodable, JSONEncodable {
    static var schemaName: String { "StagePlace" }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let side = 1...Int64(CatalogueLimits.sideLengthMax)
        let (row, column) = (json.integer("row", in: side), json.integer("col", in: side))
        guard let row, let column else { throw json.failure }
        self.init(row: Int(row), column: Int(column))
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("row", self.row)
            writer.member("col", self.column)
        }
    }
}
