internal import Commerce
internal import Postgres

/// Puts rows together to a map.
struct SeatMapReading {
    private let currency: Currency
    /// Whatever the stage has become since seats of a show that was called off were made, it is large enough for them.
    private(set) var stage: StageLayout
    /// Sections that the row of this number has something of: seats come row by row.
    private var row: (number: Int, sections: [StageLayout.Section]) = (0, [])
    private var grades: [Int64: (name: String, kind: String)] = [:]
    private var indexes: [SeatLayout.Class: UInt16] = [:]
    private(set) var classes: [SeatLayout.Class] = []
    private(set) var places: [SeatLayout.Place] = []
    private(set) var states: [SeatChange] = []

    init(currency: Currency, stage: StageLayout) {
        self.currency = currency
        self.stage = stage
    }

    mutating func addGrade(_ row: PostgresRow) throws(PostgresError) {
        self.grades[try row.get(0)] = (try row.get(1), try row.get(2))
    }

    /// Its number.
    mutating func addSeat(_ row: PostgresRow) throws(PostgresError) -> Int32 {
        let number = try row.get(0, as: Int32.self)
        let grade = try row.get(1, as: Int64.self)
        // Numbers rise, and the table bounds them.
        guard number >= self.places.count, number < SeatID.countMax, let known = self.grades[grade] else {
            throw PostgresError(.decoding)
        }
        let kind = SeatLayout.Class(
            grade: grade, name: known.name, kind: known.kind,
            section: self.section(try row.get(3), try row.get(4)),
            price: Money(try row.get(2), self.currency))
        var index = self.indexes[kind]
        if index == nil, self.classes.count < Int(SeatLayout.noClass) {
            index = UInt16(self.classes.count)
            self.indexes[kind] = index
            self.classes.append(kind)
        }
        guard let index else { throw PostgresError(.decoding) }
        while self.places.count < number {
            self.places.append(SeatLayout.Place(row: nil, column: nil, classIndex: SeatLayout.noClass))
        }
        let place = SeatLayout.Place(row: try row.get(3), column: try row.get(4), classIndex: index)
        self.stage.rowCount = max(self.stage.rowCount, Int(place.row ?? 0))
        self.stage.columnCount = max(self.stage.columnCount, Int(place.column ?? 0))
        self.places.append(place)
        self.states.append(try SeatChange(number: number, row, from: 5))
        return number
    }

    /// Where the place is; nil for none, or in no section.
    private mutating func section(_ row: Int?, _ column: Int?) -> String? {
        guard let row, let column else { return nil }
        if self.row.number != row {
            self.row = (row, self.stage.sections.filter { $0.rows.contains(row) })
        }
        return self.row.sections.first { $0.columns?.contains(column) ?? true }?.name
    }
}
