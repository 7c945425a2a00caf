import Primitives
import Reactor
import Testing

@testable import Ticketing

@Suite("What a process knows of queues")
struct QueueRoomsTests {
    private static func room(_ concert: Int64, readAt: Int64 = 0, admitted: Int64 = 0) -> QueueRoom {
        let settings = QueueRoom.Settings(isEnabled: true, admitPerSecond: 1, activeMax: 1, opensAt: 0)
        var room = QueueRoom(concert: concert, settings: settings)
        (room.readAt, room.admitted) = (readAt, admitted)
        return room
    }

    private static func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: 0) + .seconds(seconds) }

    @Test("what was read earlier never takes the place of what was read later")
    func order() {
        let rooms = QueueRooms(loops: [])
        rooms.put([Self.room(1, readAt: 20, admitted: 2)], readAt: Self.time(2))
        rooms.put([Self.room(1, readAt: 10, admitted: 1)], readAt: Self.time(3))
        #expect(rooms[1]?.room.admitted == 2)
        rooms.put([Self.room(1, readAt: 30, admitted: 3)], readAt: Self.time(4))
        #expect(rooms[1]?.room.admitted == 3)
        rooms.setSoldOut(true, 1)
        #expect(rooms[1]?.room.isSoldOut == true)
        #expect(rooms[1]?.now(Self.time(6)) == 2_000_030)
    }

    @Test("is an object of each loop's own, so that loops do not wait for each other")
    func loops() async throws {
        let group = try EventLoopGroup(loopCount: 2)
        group.start()
        defer { group.stop() }
        let rooms = QueueRooms(loops: group.loops)
        rooms.put([Self.room(1, admitted: 5)], readAt: Self.time(0))
        let first = await Task(executorPreference: group.loops[0]) { rooms[1] }.value
        let second = await Task(executorPreference: group.loops[1]) { rooms[1] }.value
        #expect(first?.room.admitted == 5 && second?.room.admitted == 5 && rooms[1]?.room.admitted == 5)
        #expect(first !== second && first !== rooms[1])
    }

    @Test("is bounded: what nobody has asked for longest is let go of first")
    func bounds() {
        let rooms = QueueRooms(loops: [])
        for concert in 1...6 as ClosedRange<Int64> { rooms.put([Self.room(concert)], readAt: Self.time(0)) }
        func trim(at seconds: Int64, countMax: Int) {
            rooms.trim(idleTime: .seconds(100), countMax: countMax, now: Self.time(seconds))
        }
        for concert in [2, 3, 4, 5] as [Int64] { #expect(rooms[concert] != nil) }
        trim(at: 50, countMax: 10)
        for concert in [3, 4] as [Int64] { #expect(rooms[concert] != nil) }
        trim(at: 90, countMax: 10)
        #expect(rooms.concerts.sorted() == [1, 2, 3, 4, 5, 6])
        // 1 and 6 were never asked for; then those of the first time go.
        trim(at: 110, countMax: 10)
        #expect(rooms.concerts.sorted() == [2, 3, 4, 5])
        trim(at: 120, countMax: 2)
        #expect(rooms.concerts.sorted() == [3, 4])
        trim(at: 190, countMax: 2)
        #expect(rooms.concerts.isEmpty)
        #expect(rooms[3] == nil)
    }
}
