import HTTPServer
import Primitives
import Reactor
import Testing

@testable import HLSPackager

@Suite("A waiting room")
struct WaitingRoomTests {
    private final class Nobody: HTTPAnswerer {
        func answer(_ stream: HTTPStreamID, _ response: HTTPResponse) {}
        func whenCancelled(_ stream: HTTPStreamID, _ action: @escaping () -> Void) {}
    }

    private let loop: EventLoop
    private let first = WaitingRoom.Reason.playlist(.main, .segment(1))
    private let second = WaitingRoom.Reason.playlist(.main, .segment(2))

    init() throws { self.loop = try EventLoop(index: 0) }

    private func waiter(_ number: UInt8, at nanoseconds: Int64 = 0) -> WaitingRoom.Waiter {
        WaitingRoom.Waiter(
            responder: HTTPResponder(loop: self.loop, answerer: Nobody(), stream: 1), pass: [number],
            asksForGzip: false, wantsDelta: false, since: MonotonicTime(nanoseconds: nanoseconds))
    }

    @Test("gives those who wait for one thing in the order in which they came")
    func order() {
        var room = WaitingRoom()
        for number in UInt8(0)..<UInt8(100) {
            _ = room.add(self.waiter(number), number % 2 == 0 ? self.first : self.second)
        }
        #expect(room.count == 100 && Set(room.reasons) == [self.first, self.second])
        #expect(room.take(self.first).map(\.pass) == (UInt8(0)..<UInt8(50)).map { [$0 * 2] })
        #expect(room.take(self.first).isEmpty && room.count == 50)
    }

    @Test("lets go of who leaves, once, and of nobody else")
    func leaving() {
        var room = WaitingRoom()
        let places = (0..<3).map { room.add(self.waiter($0), self.first) }
        let leaving = [room.remove(places[1]), room.remove(places[1])]
        #expect(leaving == [true, false])
        // Another one takes the seat.
        let fourth = room.add(self.waiter(3), self.first)
        let isThere = room.remove(places[1])
        #expect(!isThere && room.count == 3)
        #expect(room.take(self.first).map(\.pass) == [[0], [3], [2]])
        // The same seats, but others in them: those who were taken leave nothing behind.
        for number in UInt8(4)..<7 { _ = room.add(self.waiter(number), self.first) }
        let remaining = (places + [fourth]).map { room.remove($0) }
        #expect(remaining == [false, false, false, false] && room.count == 3)
    }

    @Test("has no memory of who has left")
    func churn() {
        var room = WaitingRoom()
        _ = room.add(self.waiter(0), self.first)
        for _ in 0..<10_000 {
            let place = room.add(self.waiter(1), self.first)
            let isGone = room.remove(place)
            #expect(place.seat == 1 && isGone)
        }
        let last = room.add(self.waiter(2), self.second)
        let isGone = room.remove(last)
        #expect(isGone && room.reasons == [self.first])
    }

    @Test("gives those who have waited too long, and keeps the others")
    func late() {
        var room = WaitingRoom()
        for number in 0..<6 { _ = room.add(self.waiter(UInt8(number), at: Int64(number)), self.first) }
        _ = room.add(self.waiter(9, at: 9), self.second)
        #expect(room.takeThose(before: MonotonicTime(nanoseconds: -1)).isEmpty)
        let late = room.takeThose(before: MonotonicTime(nanoseconds: 2))
        #expect(late.map(\.waiter.pass) == [[0], [1], [2]] && late.allSatisfy { $0.reason == self.first })
        #expect(room.count == 4)
        #expect(room.takeThose(before: MonotonicTime(nanoseconds: 2)).isEmpty)
        #expect(room.take(self.first).map(\.pass) == [[3], [4], [5]])
        let last = room.takeThose(before: MonotonicTime(nanoseconds: 9))
        #expect(last.count == 1 && room.reasons.isEmpty)
    }
}
