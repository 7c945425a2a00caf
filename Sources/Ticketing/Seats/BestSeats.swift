internal import Primitives

/// Chooses seats of a grade that are beside each other: in front rather than behind, in the middle rather than at the
/// side, and before all so that no seat is left alone between others, which nobody would buy.
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
        let layout = self.map.layout
        let classes = layout.classes.indices.filter { layout.classes[$0].grade == grade }
        guard let first = classes.first else { return .noSuchGrade }
        let indexes = Set(classes.map { UInt16(truncatingIfNeeded: $0) })
        let numbers = layout.places.indices.filter { indexes.contains(layout.places[$0].classIndex) }
        if layout.classes[first].kind == "SEATED" { return self.neighbours(numbers, quantity) }
        return self.anyPlaces(numbers, quantity, chance)
    }

    private func isFree(_ number: Int) -> Bool {
        let number = Int32(truncatingIfNeeded: number)
        return !self.promised.contains(number)
            && self.map.taken([number], now: self.now, skew: self.skew).isEmpty
    }

    private func anyPlaces(_ numbers: [Int], _ quantity: Int, _ chance: Int) -> Choice {
        guard numbers.count >= quantity else { return .noneLeft }
        let start = Int(UInt(bitPattern: chance) % UInt(numbers.count))
        var found: [Int32] = []
        for offset in numbers.indices {
            let number = numbers[(start + offset) % numbers.count]
            guard self.isFree(number) else { continue }
            found.append(Int32(truncatingIfNeeded: number))
            if found.count == quantity { return .seats(found.sorted()) }
        }
        return .noneLeft
    }

    private func neighbours(_ numbers: [Int], _ quantity: Int) -> Choice {
        let places = self.map.layout.places
        let sorted = numbers.sorted {
            (places[$0].row ?? 0, places[$0].column ?? 0) < (places[$1].row ?? 0, places[$1].column ?? 0)
        }
        let middle = (self.map.layout.columnCount + 1) / 2
        var best: (cost: Int, seats: ArraySlice<Int>)?
        var rank = 0
        var start = sorted.startIndex
        while start < sorted.endIndex {
            let row = places[sorted[start]].row
            let end = sorted[start...].firstIndex { places[$0].row != row } ?? sorted.endIndex
            for run in self.runs(sorted[start..<end]) where run.count >= quantity {
                for offset in 0...(run.count - quantity) {
                    let seats = run.dropFirst(offset).prefix(quantity)
                    let lone = (offset == 1 ? 1 : 0) + (run.count - quantity - offset == 1 ? 1 : 0)
                    let center = (self.column(seats.first) + self.column(seats.last)) / 2
                    let cost = lone * Self.loneSeatCost + rank * Self.rowCost + abs(center - middle)
                    if cost < best?.cost ?? .max { best = (cost, seats) }
                }
            }
            rank += 1
            start = end
        }
        guard let best else { return .noneLeft }
        return .seats(best.seats.map { Int32(truncatingIfNeeded: $0) }.sorted())
    }

    /// Free seats of one row whose columns follow each other.
    private func runs(_ row: ArraySlice<Int>) -> [ArraySlice<Int>] {
        var runs: [ArraySlice<Int>] = []
        var start = row.startIndex
        var index = row.startIndex
        while index < row.endIndex {
            let isFree = self.isFree(row[index])
            let follows = index == start || self.column(row[index]) == self.column(row[index - 1]) + 1
            if !isFree || !follows {
                if start < index { runs.append(row[start..<index]) }
                start = isFree ? index : index + 1
            }
            index += 1
        }
        if start < row.endIndex { runs.append(row[start...]) }
        return runs
    }

    private func column(_ number: Int?) -> Int {
        Int(number.flatMap { self.map.layout.places[$0].column } ?? 0)
    }
}
