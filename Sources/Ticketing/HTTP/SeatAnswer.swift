internal import Commerce
internal import HTTPServer
internal import Primitives
internal import Synchronization

/// A seat as anybody sees it.
struct SeatAnswer: JSONEncodable {
    let seat: SeatID
    let concert: Int64
    let row: Int32?
    let column: Int32?
    let grade: String
    let section: String?
    let gradeID: Int64
    let price: Money
    let status: String

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("seatId", self.seat.value)
            writer.member("scheduleId", self.seat.schedule)
            writer.member("concertId", self.concert)
            writer.member("row", self.row.map(Int.init))
            writer.member("col", self.column.map(Int.init))
            writer.member("grade", self.grade)
            writer.member("section", self.section)
            writer.member("gradeId", self.gradeID)
            writer.member("price", self.price)
            writer.member("status", self.status)
        }
    }
}

extension SeatMaps {
    /// What the map knows of a seat; nil when there is none, or the map is not in memory.
    func seat(_ seat: SeatID) -> SeatAnswer? {
        self.state.withLock { table in
            guard let map = table.entries[seat.schedule]?.map, let state = map.state(Int(seat.number)),
                let (place, kind) = map.layout.seat(Int(seat.number))
            else { return nil }
            return SeatAnswer(
                seat: seat, concert: map.layout.concert, row: place.row, column: place.column, grade: kind.name,
                section: kind.section, gradeID: kind.grade, price: kind.price, status: state.status.description)
        }
    }
}
