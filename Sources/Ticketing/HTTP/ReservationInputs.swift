internal import HTTPServer

/// What somebody wants to hold, in one of three shapes.
struct ReservationInput: JSONDecodable {
    enum Wish: Equatable {
        case seats([SeatID], schedule: Int64, field: String)
        case best(schedule: Int64, grade: Int64, quantity: Int)
        /// Not seats of one schedule, each once.
        case impossible(field: String)
    }

    let wish: Wish
    /// Checked against the seat, where it is given.
    let concert: Int64?

    private static let ids: ClosedRange<Int64> = 1...(.max)

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.concert = json.integer(
            "concertId", in: Self.ids, isRequired: false, about: "With seatId: the concert that it is of.")
        let seat = json.integer("seatId", in: Self.ids, isRequired: false, about: "One seat.")
        let schedule = json.integer(
            "scheduleId", in: 1...SeatID.scheduleMax, isRequired: false, about: "With seatIds or bestAvailable.")
        let seats = json.integers(
            "seatIds", in: Self.ids, countMax: HoldRequest.seatCountMax, isRequired: false,
            about: "Seats of the schedule: all of them are held, or none.")
        let isBest = json.boolean(
            "bestAvailable", isRequired: false, about: "Seats beside each other are chosen for you.")
        let grade = json.integer("gradeId", in: Self.ids, isRequired: false, about: "With bestAvailable.")
        let quantity = json.integer(
            "quantity", in: 1...Int64(HoldRequest.seatCountMax), isRequired: false, about: "With bestAvailable.")
        guard json.errors.isEmpty else { throw json.failure }
        if let seat {
            guard let id = SeatID(seat), schedule == nil || schedule == id.schedule else {
                self.wish = .impossible(field: "seatId")
                return
            }
            self.wish = .seats([id], schedule: id.schedule, field: "seatId")
        } else if let seats, !seats.isEmpty {
            let ids = seats.compactMap { SeatID($0) }
            guard let first = ids.first, ids.count == seats.count, Set(ids).count == seats.count,
                ids.allSatisfy({ $0.schedule == schedule ?? first.schedule })
            else {
                self.wish = .impossible(field: "seatIds")
                return
            }
            self.wish = .seats(ids, schedule: first.schedule, field: "seatIds")
        } else if isBest == true, let schedule, let grade, let quantity {
            self.wish = .best(schedule: schedule, grade: grade, quantity: Int(quantity))
        } else {
            json.fail("seatIds", "required", "seatId, seatIds, or bestAvailable with scheduleId, gradeId and quantity")
            throw json.failure
        }
    }
}
