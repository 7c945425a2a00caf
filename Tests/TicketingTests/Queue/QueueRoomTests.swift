import TestSupport
import Testing

@testable import Ticketing

@Suite("A queue in virtual time")
struct QueueRoomTests {
    private static let second = VirtualQueue.second

    private static func settings(rate: Int64 = 200, active: Int64 = 2000, opensAt: Int64 = 0) -> QueueRoom.Settings {
        QueueRoom.Settings(isEnabled: true, admitPerSecond: rate, activeMax: active, opensAt: opensAt)
    }

    /// What changes the queue is no part of an expression that `#expect` takes apart.
    private static func expectEqual(
        _ value: Int64, _ expected: Int64, sourceLocation: SourceLocation = #_sourceLocation
    ) { #expect(value == expected, sourceLocation: sourceLocation) }

    /// From any step on, up to any later one, no more come through than the rate and one second's worth.
    private static func expectRate(_ steps: [(upto: Int64, at: Int64)], _ rate: Int64) {
        // The most that could have been saved up: a leaky bucket of one second.
        var (level, last, before) = (0.0, Int64.min / 2, Int64(0))
        for step in steps {
            level = max(0, level - Double(step.at - last) / 1e6 * Double(rate)) + Double(step.upto - before)
            #expect(level <= Double(rate) + 0.001, "at \(step.at)")
            (last, before) = (step.at, step.upto)
        }
    }

    @Test("a hundred thousand who came before the opening have drawn places, each one, and come in by these")
    func hundredThousand() throws {
        var queue = VirtualQueue(Self.settings(rate: 5000, active: 1_000_000, opensAt: 60 * Self.second), seed: 1)
        let numbers = (1...100_000 as ClosedRange<Int64>).map { queue.join($0) }
        #expect(numbers == Array(1...100_000))
        Self.expectEqual(queue.join(77), 77)
        #expect(queue.read().standing(of: 77) == .drawing && queue.read().move(now: 0) == .rest)
        queue.now = 60 * Self.second
        queue.tick(queue.read())
        Self.expectEqual(queue.join(100_001), 100_001)
        let room = queue.read()
        #expect(room.place(of: 100_001) == 100_000)
        let draw = QueueDraw(seed: queue.seed, count: 100_000)
        var seen = [Bool](repeating: false, count: 100_000)
        for number in 1...100_000 as ClosedRange<Int64> {
            guard let place = room.place(of: number), Int(place) == draw.place(of: Int(number) - 1) else {
                Issue.record("\(number) has not the place that was drawn for it")
                return
            }
            seen[Int(place)] = true
        }
        #expect(!seen.contains(false))
        var known = room
        while queue.admitted < queue.lastNumber {
            known = queue.read(reusing: known)
            queue.tick(known)
            queue.now += Self.second
            guard queue.steps.count < 100 else { break }
        }
        Self.expectRate(queue.steps, 5000)
        #expect(queue.steps.count == 21)
    }

    @Test(
        "rate and room hold at every moment, nobody is admitted twice or lost", arguments: 1...24 as ClosedRange<UInt64>
    )
    func holds(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let rate = Int64(1 + random.next(below: 60))
        let active = Int64(1 + random.next(below: 50))
        var queue = VirtualQueue(Self.settings(rate: rate, active: active, opensAt: 3 * Self.second), seed: seed)
        let memberCount = Int64(20 + random.next(below: 200))
        // Two processes, of which one may have looked a while ago.
        var (seen, admittedNumbers): ([QueueRoom], Set<Int64>) = ([queue.read(), queue.read()], [])
        for _ in 0..<800 {
            queue.now += Int64(random.next(below: 900_000))
            let member = Int64(random.next(below: Int(memberCount)))
            switch random.next(below: 12) {
            case 0...3: _ = queue.join(member)
            case 4...7:
                let node = random.next(below: 2)
                if random.next(below: 3) > 0 { seen[node] = queue.read(reusing: seen[node]) }
                let room = seen[node]
                // One that acts on what it saw acts within the time in which a statement has to be done.
                if queue.now - room.readAt < 5 * Self.second { queue.tick(room) }
            case 8, 9:
                guard let known = queue.members[member], let place = queue.read().place(of: known.number),
                    place < queue.admitted
                else { break }
                let wasTaken = known.passUntil != nil
                if queue.claim(member, place), !wasTaken {
                    #expect(admittedNumbers.insert(known.number).inserted)
                }
            case 10: queue.end(member, place: queue.members[member].flatMap { queue.read().place(of: $0.number) })
            default: queue.isPaused = random.next(below: 4) == 0
            }
            #expect(queue.validCount <= active)
            #expect(queue.read().active >= queue.validCount)
        }
        Self.expectRate(queue.steps, rate)
        #expect(queue.steps.map(\.upto) == queue.steps.map(\.upto).sorted())
        #expect(queue.admitted > 0 && queue.admitted <= queue.lastNumber)
    }

    @Test("members who never come back hold the others up for as long as a turn can be taken, and not longer")
    func absent() {
        var queue = VirtualQueue(Self.settings(rate: 100, active: 10), seed: 1)
        queue.tick(queue.read())
        for member in 1...40 as ClosedRange<Int64> { _ = queue.join(member) }
        queue.tick(queue.read())
        #expect(queue.admitted == 10)
        queue.now += 99 * Self.second
        #expect(queue.read().move(now: queue.now) == .rest)
        queue.now += 2 * Self.second
        Self.expectEqual(queue.tick(queue.read()), 10)
        // One of those who were absent finds his turn over, and has a new number when he joins again.
        let isTaken = queue.claim(1, 0)
        #expect(!isTaken && queue.read().place(of: 1) == 0)
        queue.end(1, place: 0)
        Self.expectEqual(queue.join(1), 41)
    }

    @Test("a turn that is given back or is over is the next one's at once")
    func turns() {
        var queue = VirtualQueue(Self.settings(rate: 100, active: 2), seed: 1)
        queue.tick(queue.read())
        for member in 1...6 as ClosedRange<Int64> { _ = queue.join(member) }
        queue.tick(queue.read())
        let first = (1...2 as ClosedRange<Int64>).allSatisfy { queue.claim($0, $0 - 1) }
        #expect(first && queue.admitted == 2)
        queue.now += 100 * Self.second
        Self.expectEqual(queue.tick(queue.read()), 0)
        queue.end(1, place: nil)
        Self.expectEqual(queue.tick(queue.read()), 1)
        let third = queue.claim(3, 2)
        #expect(third)
        queue.now += 500 * Self.second + 1
        // The turn of 2 has ended; that of 3 has not.
        let (second, thirdAgain) = (queue.claim(2, 1), queue.claim(3, 2))
        #expect(!second && thirdAgain)
        Self.expectEqual(queue.tick(queue.read()), 1)
    }

    @Test("a pause admits nobody, and what was saved up meanwhile is a second's worth")
    func pause() {
        var queue = VirtualQueue(Self.settings(rate: 10, active: 1000), seed: 1)
        for member in 1...500 as ClosedRange<Int64> { _ = queue.join(member) }
        queue.tick(queue.read())
        queue.isPaused = true
        for _ in 0..<100 {
            queue.now += Self.second
            Self.expectEqual(queue.tick(queue.read()), 0)
        }
        queue.isPaused = false
        Self.expectEqual(queue.tick(queue.read()), 10)
        Self.expectEqual(queue.tick(queue.read()), 0)
        queue.now += 349_999
        Self.expectEqual(queue.tick(queue.read()), 3)
        queue.now += 50_001
        Self.expectEqual(queue.tick(queue.read()), 1)
    }

    @Test("after a restart from any state everybody still gets in once")
    func restarts() {
        var queue = VirtualQueue(Self.settings(rate: 7, active: 12, opensAt: 2 * Self.second), seed: 9)
        for member in 1...60 as ClosedRange<Int64> { _ = queue.join(member) }
        var states: [VirtualQueue] = []
        func run(_ queue: inout VirtualQueue, _ each: (VirtualQueue) -> Void) {
            for _ in 0..<40 {
                each(queue)
                queue.tick(queue.read())
                let room = queue.read()
                for (member, known) in queue.members where known.passUntil == nil && !known.hasEnded {
                    guard case .due(let place) = room.standing(of: known.number) else { continue }
                    let isTaken = queue.claim(member, place)
                    #expect(isTaken)
                    #expect(queue.validCount <= 12)
                    queue.end(member, place: nil)
                }
                queue.now += Self.second
            }
        }
        run(&queue) { states.append($0) }
        #expect(queue.admitted == 60 && queue.members.values.allSatisfy { $0.hasEnded && $0.place != nil })
        let places = queue.members.mapValues(\.place)
        for state in states {
            var again = state
            run(&again) { _ in }
            #expect(again.admitted == 60)
            #expect(again.members.mapValues(\.place) == places)
        }
    }

    @Test("the sale opens when it is time, paused or not, and not when all is sold")
    func opening() {
        var room = QueueRoom(concert: 1, settings: Self.settings(opensAt: 100))
        #expect(room.move(now: 99) == .rest && room.move(now: 100) == .open)
        room.isPaused = true
        #expect(room.move(now: 100) == .open)
        room.isSoldOut = true
        #expect(room.move(now: 100) == .rest && room.standing(of: 1) == .soldOut)
        room.settings.isEnabled = false
        #expect(room.standing(of: 1) == .free)
    }

    @Test("nobody is let in to a sale that was put off, or is over")
    func putOff() {
        var room = QueueRoom(concert: 1, settings: Self.settings(opensAt: 100))
        room.settings.closesAt = 60 * Self.second
        #expect(room.move(now: 60 * Self.second) == .rest)
        (room.drawnCount, room.lastNumber) = (0, 5)
        #expect(room.move(now: 10 * Self.second) == .admit(5))
        #expect(room.move(now: 60 * Self.second) == .rest)
        room.settings.opensAt = 20 * Self.second
        #expect(room.move(now: 10 * Self.second) == .rest)
        #expect(room.move(now: 20 * Self.second) == .admit(5))
    }

    @Test("only a process that may moves the pointer")
    func follower() {
        var room = QueueRoom(concert: 1, settings: Self.settings())
        (room.drawnCount, room.lastNumber, room.readAt) = (0, 5, 10 * Self.second)
        #expect(room.move(now: room.readAt) == .admit(5))
        room.isMovedElsewhere = true
        #expect(room.move(now: room.readAt) == .rest)
    }

    @Test("who stands further back asks less often, and never at the same moment as all others")
    func polls() {
        var room = QueueRoom(concert: 1, settings: Self.settings(rate: 100, active: 1000))
        (room.drawnCount, room.lastNumber) = (0, 1_000_000)
        let limits = QueueLimits()
        #expect(room.seconds(ahead: 0) == 0 && room.seconds(ahead: 1) == 1 && room.seconds(ahead: 25_001) == 251)
        for (seconds, range) in [(0, 800...1200), (10, 800...1200), (100, 8000...12_000), (90_000, 24_000...36_000)]
            as [(Int64, ClosedRange<Int64>)]
        {
            let times = (1...500).map { room.pollMilliseconds(seconds: seconds, number: $0, limits: limits) }
            #expect(times.allSatisfy(range.contains))
            #expect(Set(times).count > 100)
        }
        // Before the opening: soon after it.
        let near = (1...500).map { room.pollMilliseconds(toOpening: 5, number: $0, limits: limits) }
        #expect(near.allSatisfy { (6000...16_000).contains($0) } && Set(near).count > 100)
        let far = (1...500).map { room.pollMilliseconds(toOpening: 4000, number: $0, limits: limits) }
        #expect(far.allSatisfy { (24_000...30_000).contains($0) })
    }

    @Test("where the room is full, the time is told by how it went lately")
    func slowTurns() {
        var room = QueueRoom(concert: 1, settings: Self.settings(rate: 100, active: 50))
        (room.active, room.recentCount, room.recentTime) = (50, 70, 70 * Self.second)
        #expect(room.seconds(ahead: 600) == 600)
        room.active = 10
        #expect(room.seconds(ahead: 600) == 6)
    }
}
