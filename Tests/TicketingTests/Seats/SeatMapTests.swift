import Commerce
import HTTPServer
import Primitives
import Testing

@testable import Ticketing

/// A map of `rows` times `columns` seats, the last `places` of them without a number.
func seatMap(
    rows: Int, columns: Int, places: Int = 0, aisles: [Int] = [], rememberedCountMax: Int = 100
) -> SeatMap {
    let classes = [
        SeatLayout.Class(grade: 1, name: "VIP", kind: "SEATED", section: "A", price: Money(99_000)),
        SeatLayout.Class(grade: 2, name: "온라인", kind: "ONLINE", section: nil, price: Money(15_000)),
    ]
    let seats = (0..<rows * columns).map {
        SeatLayout.Place(row: Int32($0 / columns + 1), column: Int32($0 % columns + 1), classIndex: 0)
    }
    let online = (0..<places).map { _ in SeatLayout.Place(row: nil, column: nil, classIndex: 1) }
    let layout = SeatLayout(
        schedule: 3, concert: 2, stage: StageLayout(rowCount: rows, columnCount: columns, aisles: aisles),
        classes: classes, places: seats + online)
    return SeatMap(layout: layout, version: 1000, rememberedCountMax: rememberedCountMax)
}

func seatChange(_ number: Int32, _ version: Int32, _ state: SeatState, until: Int64? = nil) -> SeatChange {
    SeatChange(number: number, version: version, state: state, until: until.map { WallClock(unixMilliseconds: $0) })
}

@Suite("Seat maps")
struct SeatMapTests {
    @Test("the later change of a seat wins, in whichever order they come")
    func order() {
        var changes = [
            seatChange(0, 1, .held, until: 5000), seatChange(0, 2, .free), seatChange(0, 3, .held, until: 9000),
            seatChange(0, 4, .sold),
        ]
        var random = FastRandom(seed: 3)
        for _ in 0..<30 {
            changes.shuffle(using: &random)
            var map = seatMap(rows: 1, columns: 2)
            for change in changes { _ = map.apply([change]) }
            #expect(map.state(0) == .sold)
            #expect(map.apply(changes).isEmpty)
        }
    }

    @Test("a row that was changed by hand, without a new version, is taken as it is read")
    func byHand() {
        var map = seatMap(rows: 1, columns: 2)
        map.fill([seatChange(0, 0, .free), seatChange(1, 0, .free)])
        #expect(map.apply([seatChange(0, 0, .blocked), seatChange(1, 0, .free)]).map(\.number) == [0])
        #expect(map.state(0) == .blocked)
    }

    @Test("the version grows with what buyers see, and only then")
    func version() {
        var map = seatMap(rows: 1, columns: 4)
        _ = map.apply([seatChange(0, 1, .held, until: 5000), seatChange(1, 1, .held, until: 5000)])
        #expect(map.version == 1001)
        _ = map.apply([seatChange(0, 2, .paying)])
        #expect(map.version == 1001)
        _ = map.apply([seatChange(0, 3, .sold)])
        #expect(map.version == 1002)
        _ = map.apply([seatChange(9, 1, .sold), seatChange(-1, 1, .sold)])
        #expect(map.version == 1002)
    }

    @Test("whoever knows a version is told what has changed since, or that it is too long ago")
    func changes() throws {
        var map = seatMap(rows: 1, columns: 10, rememberedCountMax: 5)
        for number in 0..<4 { _ = map.apply([seatChange(Int32(number), 1, .held, until: 5000)]) }
        _ = map.apply([seatChange(1, 2, .free)])
        let told = try #require(map.changes(since: 1001))
        #expect(told.map(\.number) == [1, 2, 3])
        #expect(told.map(\.state) == [.free, .held, .held])
        #expect(map.changes(since: map.version)?.isEmpty == true)
        #expect(map.changes(since: map.version + 1) == nil)
        #expect(map.changes(since: 999) == nil)
        for number in 4..<8 { _ = map.apply([seatChange(Int32(number), 1, .held, until: 5000)]) }
        #expect(map.changes(since: 1001) == nil)
        #expect(map.changes(since: map.version - 3)?.map(\.number) == [5, 6, 7])
    }

    @Test("a hold counts as taken until a little before its end, for the database has its own clock")
    func taken() {
        var map = seatMap(rows: 1, columns: 5)
        _ = map.apply([
            seatChange(0, 1, .held, until: 100_000), seatChange(1, 1, .paying), seatChange(2, 1, .sold),
            seatChange(3, 1, .blocked),
        ])
        func taken(_ now: Int64) -> [Int32] {
            map.taken([0, 1, 2, 3, 4, 77], now: WallClock(unixMilliseconds: now), skew: .seconds(2))
        }
        #expect(taken(97_999) == [0, 1, 2, 3])
        #expect(taken(98_000) == [1, 2, 3])
    }

    @Test("is written as the API says")
    func json() {
        var map = seatMap(rows: 1, columns: 2, places: 1)
        _ = map.apply([seatChange(1, 1, .paying), seatChange(2, 1, .blocked)])
        let text = String(decoding: SeatRendering.json(map, nil), as: UTF8.self)
        #expect(
            text == """
                {"scheduleId":3,"version":1001,"rows":1,"cols":2,"sections":[],"aisles":[],"rowAisles":[],"seats":[\
                {"seatId":3145728,"row":1,"col":1,"grade":"VIP","price":{"amount":99000,"currency":"KRW"},\
                "status":"AVAILABLE"},\
                {"seatId":3145729,"row":1,"col":2,"grade":"VIP","price":{"amount":99000,"currency":"KRW"},\
                "status":"HELD"},\
                {"seatId":3145730,"row":null,"col":null,"grade":"온라인","price":{"amount":15000,"currency":"KRW"},\
                "status":"SOLD"}]}
                """)
        let section = String(decoding: SeatRendering.json(map, "A"), as: UTF8.self)
        #expect(section.contains("3145729") && !section.contains("3145730"))
    }

    @Test("is written in two bits a seat")
    func compact() {
        var map = seatMap(rows: 1, columns: 5, places: 1)
        _ = map.apply([seatChange(1, 1, .held, until: 5000), seatChange(3, 1, .sold), seatChange(5, 1, .sold)])
        #expect(
            SeatRendering.compact(map) == Array("PSM1".utf8) + [0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 3, 233]
                + [0, 0, 0, 6, 0b10_00_01_00, 0b10_00])
    }

    @Test("is written anew only after a rest, by one at a time; those who ask meanwhile get what there is")
    func renderings() {
        var renderings = SeatRenderings()
        let key = SeatRendering.Key(form: .compact, section: nil)
        func time(_ value: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: value) }
        func step(_ version: Int64, _ now: Int64) -> String {
            switch renderings.step(key, version: version, now: time(now), countMax: 2) {
            case .answer(let rendering): "answer \(rendering.version)"
            case .write: "write"
            case .wait: "wait"
            }
        }
        var map = seatMap(rows: 1, columns: 2)
        #expect(step(1000, 0) == "write")
        #expect(step(1000, 1) == "wait")
        _ = renderings.written(key, SeatRendering(map, key, mark: "m"), restUntil: time(100))
        #expect(step(1000, 2) == "answer 1000")
        #expect(step(1001, 99) == "answer 1000")
        #expect(step(1001, 100) == "write")
        #expect(step(1001, 101) == "answer 1000")
        // It could not be written: the next one tries.
        _ = renderings.written(key, nil, restUntil: time(101))
        #expect(step(1001, 101) == "write")
        _ = map.apply([seatChange(0, 1, .sold)])
        _ = renderings.written(key, SeatRendering(map, key, mark: "m"), restUntil: time(300))
        #expect(step(1001, 102) == "answer 1001")
    }
}

@Suite("Best seats")
struct BestSeatsTests {
    private static func choose(
        _ map: SeatMap, _ quantity: Int, grade: Int64 = 1, promised: Set<Int32> = [], chance: Int = 0
    ) -> BestSeats.Choice {
        BestSeats(map: map, promised: promised, now: WallClock(unixMilliseconds: 0), skew: .seconds(2))
            .choose(grade: grade, quantity: quantity, chance: chance)
    }

    @Test("are in the middle of the first row")
    func middle() {
        #expect(Self.choose(seatMap(rows: 3, columns: 9), 3) == .seats([3, 4, 5]))
        #expect(Self.choose(seatMap(rows: 3, columns: 9), 1) == .seats([4]))
    }

    @Test("leave no seat alone, as long as there are others")
    func loneSeats() {
        var map = seatMap(rows: 1, columns: 8)
        _ = map.apply([seatChange(3, 1, .sold)])
        // Of 4 to 7, the two in the middle would leave one at each side.
        #expect(Self.choose(map, 2) == .seats([4, 5]))
        // Three of four leave one alone, three of three do not.
        #expect(Self.choose(map, 3) == .seats([0, 1, 2]))
        _ = map.apply([seatChange(1, 1, .sold)])
        #expect(Self.choose(map, 3) == .seats([4, 5, 6]))
    }

    @Test("are beside each other in one row, or there are none")
    func neighbours() {
        var map = seatMap(rows: 2, columns: 3)
        _ = map.apply([seatChange(1, 1, .held, until: 1_000_000), seatChange(4, 1, .sold)])
        #expect(Self.choose(map, 2) == .noneLeft)
        #expect(Self.choose(map, 1) == .seats([0]))
        #expect(Self.choose(map, 1, grade: 9) == .noSuchGrade)
        #expect(Self.choose(seatMap(rows: 2, columns: 3), 4) == .noneLeft)
    }

    @Test("are on one side of an aisle")
    func aisles() {
        let map = seatMap(rows: 2, columns: 6, aisles: [2])
        #expect(Self.choose(map, 2) == .seats([2, 3]))
        #expect(Self.choose(map, 4) == .seats([2, 3, 4, 5]))
        #expect(Self.choose(map, 5) == .noneLeft)
        // Of two, one alone beside the aisle would be left by another choice than these.
        var sold = seatMap(rows: 1, columns: 6, aisles: [2])
        _ = sold.apply((2..<6).map { seatChange($0, 1, .sold) })
        #expect(Self.choose(sold, 2) == .seats([0, 1]))
        #expect(Self.choose(sold, 3) == .noneLeft)
    }

    @Test("are the same as all possible choices would show")
    func exhaustive() {
        var random = FastRandom(seed: 21)
        for _ in 0..<300 {
            let (rows, columns) = (Int.random(in: 1...5, using: &random), Int.random(in: 1...12, using: &random))
            let aisles = Set((0..<2).map { _ in Int32.random(in: 1...12, using: &random) })
            var map = seatMap(rows: rows, columns: columns, aisles: aisles.map(Int.init))
            let share = Int.random(in: 0...9, using: &random)
            for seat in 0..<rows * columns where Int.random(in: 0...9, using: &random) < share {
                _ = map.apply([seatChange(Int32(seat), 1, .sold)])
            }
            let quantity = Int.random(in: 1...4, using: &random)
            let choice = Self.choose(map, quantity)
            guard let best = Self.leastCost(map, rows, columns, aisles, quantity) else {
                #expect(choice == .noneLeft)
                continue
            }
            guard case .seats(let seats) = choice else {
                Issue.record("none of \(rows) x \(columns)")
                continue
            }
            #expect(Self.cost(map, seats.map(Int.init), columns, aisles) == best)
        }
    }

    private static func leastCost(
        _ map: SeatMap, _ rows: Int, _ columns: Int, _ aisles: Set<Int32>, _ quantity: Int
    ) -> Int? {
        (0..<rows).flatMap { row in
            (0..<columns).compactMap { column in
                column + quantity > columns
                    ? nil : self.cost(map, (0..<quantity).map { row * columns + column + $0 }, columns, aisles)
            }
        }.min()
    }

    /// Nil for what cannot be chosen.
    private static func cost(_ map: SeatMap, _ seats: [Int], _ columns: Int, _ aisles: Set<Int32>) -> Int? {
        func isFree(_ seat: Int) -> Bool { map.state(seat) == .free }
        func isAisle(behind seat: Int) -> Bool { aisles.contains(Int32(seat % columns + 1)) }
        let row = seats[0] / columns
        guard seats.allSatisfy({ $0 / columns == row && isFree($0) }), !seats.dropLast().contains(where: isAisle)
        else { return nil }
        /// How many free seats are beside these on one side.
        func count(_ from: Int, _ step: Int) -> Int {
            var (count, at) = (0, from)
            while true {
                let next = at + step
                guard next >= 0, next / columns == row, isFree(next), !isAisle(behind: min(at, next)) else {
                    return count
                }
                (count, at) = (count + 1, next)
            }
        }
        let lone = [count(seats[0], -1), count(seats[seats.count - 1], 1)].count { $0 == 1 }
        let center = (seats[0] % columns + seats[seats.count - 1] % columns + 2) / 2
        return lone * 1000 + row * 2 + abs(center - (columns + 1) / 2)
    }

    @Test("are found in a hall of 50,000 seats at once, full or empty")
    func speed() {
        var map = seatMap(rows: 250, columns: 200)
        func microseconds(_ quantity: Int) -> Double {
            let times = (0..<21).map { _ in
                let start = MonotonicTime.now
                _ = Self.choose(map, quantity)
                return Double((MonotonicTime.now - start).nanoseconds) / 1000
            }
            return times.sorted()[10]
        }
        let empty = microseconds(4)
        _ = map.apply((0..<50_000).filter { $0 % 4 != 0 }.map { seatChange($0, 1, .sold) })
        let full = microseconds(2)
        // An unoptimised build on a busy machine takes a hundred times as long.
        #expect(empty < 100_000 && full < 100_000)
    }

    @Test("are none that somebody else is about to have")
    func promised() {
        #expect(Self.choose(seatMap(rows: 2, columns: 3), 3, promised: [1]) == .seats([3, 4, 5]))
    }

    @Test("of places without a number, are any, from a place that chance gives")
    func places() {
        var map = seatMap(rows: 1, columns: 2, places: 4)
        #expect(Self.choose(map, 2, grade: 2) == .seats([2, 3]))
        #expect(Self.choose(map, 2, grade: 2, chance: 3) == .seats([2, 5]))
        #expect(Self.choose(map, 2, grade: 2, chance: -1) == Self.choose(map, 2, grade: 2, chance: -1))
        _ = map.apply([seatChange(3, 1, .sold), seatChange(4, 1, .sold)])
        #expect(Self.choose(map, 2, grade: 2, chance: 1) == .seats([2, 5]))
        #expect(Self.choose(map, 3, grade: 2) == .noneLeft)
    }
}
