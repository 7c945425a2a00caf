/// The seats of a grade in the order in which they are chosen from: sorted once, when the map is made, and not for each
/// who chooses.
struct GradeSeats: Sendable {
    /// Seats of one row that are beside each other, with neither an aisle nor another grade or section between.
    struct Block: Sendable {
        /// How many rows of the grade are in front of it.
        let rank: Int
        /// Of its first seat; the others follow.
        let column: Int
        /// Where in `numbers` they are.
        let range: Range<Int>
    }

    let numbers: [Int32]
    /// From the front to the back; nil for places without a number, any of which is as good as another.
    let blocks: [Block]?

    init(numbers: [Int32], blocks: [Block]?) {
        self.numbers = numbers
        self.blocks = blocks
    }

    /// - Parameters:
    ///   - places: By number.
    ///   - aisles: An aisle is behind each column of these numbers.
    ///   - classes: Of the places.
    init(_ numbers: [Int32], at places: [SeatLayout.Place], of classes: [SeatLayout.Class], aisles: Set<Int32>) {
        let sorted = numbers.map { (number: $0, place: places[Int($0)]) }
            .map { seat in
                (
                    number: seat.number, row: seat.place.row ?? 0, column: seat.place.column ?? 0,
                    section: classes[Int(seat.place.classIndex)].section
                )
            }
            .sorted { ($0.row, $0.column) < ($1.row, $1.column) }
        var blocks: [Block] = []
        var (rank, start) = (0, 0)
        for index in sorted.indices {
            let seat = sorted[index]
            if index + 1 < sorted.count {
                let next = sorted[index + 1]
                if next.row == seat.row, next.column == seat.column &+ 1, !aisles.contains(seat.column),
                    next.section == seat.section
                {
                    continue
                }
            }
            blocks.append(Block(rank: rank, column: Int(sorted[start].column), range: start..<index + 1))
            start = index + 1
            if start < sorted.count, sorted[start].row != seat.row { rank += 1 }
        }
        self.init(numbers: sorted.map(\.number), blocks: blocks)
    }
}
