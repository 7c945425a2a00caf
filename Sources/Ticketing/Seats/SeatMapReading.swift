internal import Commerce
internal import Postgres

/// Puts rows together to a map.
struct SeatMapReading {
    private let currency: Currency
    private var grades: [Int64: (name: String, kind: String, section: String?)] = [:]
    private var indexes: [SeatLayout.Class: UInt16] = [:]
    private(set) var classes: [SeatLayout.Class] = []
    private(set) var places: [SeatLayout.Place] = []
    private(set) var states: [SeatChange] = []

    init(currency: Currency) { self.currency = currency }

    mutating func addGrade(_ row: PostgresRow) throws(PostgresError) {
        self.grades[try row.get(0)] = (try row.get(1), try row.get(2), try row.get(3))
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
            grade: grade, name: known.name, kind: known.kind, section: known.section,
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
        self.places.append(SeatLayout.Place(row: try row.get(3), column: try row.get(4), classIndex: index))
        self.states.append(try SeatChange(number: number, row, from: 5))
        return number
    }
}
