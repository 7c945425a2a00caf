internal import Commerce

/// What of a map does not change while it is sold: where the seats are and what they cost.
final class SeatLayout: Sendable {
    /// What many seats have in common.
    struct Class: Hashable, Sendable {
        let grade: Int64
        let name: String
        /// `SEATED`, `GENERAL` or `ONLINE`.
        let kind: String
        let section: String?
        let price: Money
    }

    /// Where a seat is, and what it is like.
    struct Place: Sendable {
        /// Counted from 1; nil for places without a number.
        let row: Int32?
        let column: Int32?
        /// Index into `classes`; `noClass` where there is no seat of this number.
        let classIndex: UInt16
    }

    static let noClass = UInt16.max

    let schedule: Int64
    let concert: Int64
    /// What the hall looks like.
    let stage: StageLayout
    let classes: [Class]
    /// By the number of the seat.
    let places: [Place]
    /// What seats are chosen from, by grade.
    let grades: [Int64: GradeSeats]

    init(schedule: Int64, concert: Int64, stage: StageLayout, classes: [Class], places: [Place]) {
        self.schedule = schedule
        self.concert = concert
        self.stage = stage
        let aisles = Set(stage.aisles.map { Int32($0) })
        self.classes = classes
        self.places = places
        var numbers: [Int64: [Int32]] = [:]
        for (number, place) in places.enumerated() where place.classIndex != Self.noClass {
            numbers[classes[Int(place.classIndex)].grade, default: []].append(Int32(truncatingIfNeeded: number))
        }
        let seated = Set(classes.filter { $0.kind == "SEATED" }.map(\.grade))
        var grades: [Int64: GradeSeats] = [:]
        for (grade, numbers) in numbers {
            grades[grade] =
                seated.contains(grade)
                ? GradeSeats(numbers, at: places, of: classes, aisles: aisles)
                : GradeSeats(numbers: numbers, blocks: nil)
        }
        self.grades = grades
    }

    /// Nil when there is no such seat.
    func seat(_ number: Int) -> (place: Place, kind: Class)? {
        guard self.places.indices.contains(number) else { return nil }
        let place = self.places[number]
        guard place.classIndex != Self.noClass else { return nil }
        return (place, self.classes[Int(place.classIndex)])
    }
}
