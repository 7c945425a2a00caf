internal import Primitives

/// Chooses seats of a grade that are beside each other: in front rather than behind, in the middle rather than at the
/// side, and before all so that no seat is left alone between others, which nobody would buy. An aisle is between two
/// seats as much as somebody else is.
///
/// It looks at a map that nobody changes meanwhile: what it has chosen may be gone by then.
struct BestSeats {
    /// What there is.
    enum Choice: Equatable {
        case seats([Int32])
        case noneLeft
        case noSuchGrade
    }

    /// What a seat left alone weighs against rows and columns.
    private static let loneSeatCost = 1000
    private static let rowCost = 2

    private let map: SeatMap
    /// Seats that others are about to hold.
    private let promised: Set<Int32>
    private let now: WallClock
    private let skew: TimeAmount

    init(map: SeatMap, promised: Set<Int32>, now: WallClock, skew: TimeAmount) {
        self.map = map
        self.promised = promised
        self.now = now
        self.skew = skew
    }

    /// - Parameter chance: Where the search begins among places without a number, so that processes do not all want
    ///   the same: any number.
    func choose(grade: Int64, quantity: Int, chance: Int) -> Choice {
        guard let seats = self.map.layout.grades[grade], quantity > 0 else { return .noSuchGrade }
        guard let blocks = seats.blocks else { return self.anyPlaces(seats.numbers, quantity, chance) }
        return self.neighbours(seats.numbers, blocks, quantity)
    }

    private func isFree(_ number: Int32) -> Bool {
        self.map.isFree(number, now: self.now, skew: self.skew) && !self.promised.contains(number)
    }

    private func anyPlaces(_ numbers: [Int32], _ quantity: Int, _ chance: Int) -> Choice {
        guard numbers.count >= quantity else { return .noneLeft }
        let start = Int(UInt(bitPattern: chance) % UInt(numbers.count))
        var found: [Int32] = []
        for offset in numbers.indices {
            let number = numbers[(start + offset) % numbers.count]
            guard self.isFree(number) else { continue }
            found.append(number)
            if found.count == quantity { return .seats(found.sorted()) }
        }
        return .noneLeft
    }

    private func neighbours(_ numbers: [Int32], _ blocks: [GradeSeats.Block], _ quantity: Int) -> Choice {
        var best: (cost: Int, range: Range<Int>)?
        for block in blocks where block.range.count >= quantity {
            // What is further back costs more, however it is.
            if let best, block.rank * Self.rowCost >= best.cost { break }
            var start = block.range.lowerBound
            for index in block.range {
                if self.isFree(numbers[index]) { continue }
                self.consider(start..<index, of: block, quantity, &best)
                start = index + 1
            }
            self.consider(start..<block.range.upperBound, of: block, quantity, &best)
        }
        guard let best else { return .noneLeft }
        return .seats(numbers[best.range].sorted())
    }

    /// The best of free seats that are beside each other, if it is better than what was found before.
    private func consider(
        _ run: Range<Int>, of block: GradeSeats.Block, _ quantity: Int, _ best: inout (cost: Int, range: Range<Int>)?
    ) {
        guard run.count >= quantity else { return }
        let middle = (self.map.layout.stage.columnCount + 1) / 2
        for offset in 0...(run.count - quantity) {
            let first = run.lowerBound + offset
            let lone = (offset == 1 ? 1 : 0) + (run.count - quantity - offset == 1 ? 1 : 0)
            let column = block.column + first - block.range.lowerBound
            let center = (column + column + quantity - 1) / 2
            let cost = lone * Self.loneSeatCost + block.rank * Self.rowCost + abs(center - middle)
            if cost < best?.cost ?? .max { best = (cost, first..<first + quantity) }
        }
    }
}
