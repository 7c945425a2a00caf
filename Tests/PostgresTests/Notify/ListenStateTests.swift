import Primitives
import Testing

@testable import Postgres

@Suite("Listening without its session") struct ListenStateTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)

    private func at(_ milliseconds: Int64) -> MonotonicTime { Self.start + .milliseconds(milliseconds) }

    private func state() -> ListenState {
        ListenState(
            pingTime: .seconds(10), answerTime: .seconds(3), backoffTimeMin: .milliseconds(50),
            backoffTimeMax: .seconds(2))
    }

    @Test("connects for the first channel, listens to all at once, and tells when it does")
    func beginning() {
        var state = self.state()
        #expect(state.next(now: self.at(0)) == nil)
        #expect(state.want("a") == false)
        #expect(state.want("b") == false)
        #expect(state.next(now: self.at(0)) == .connect)
        #expect(state.next(now: self.at(0)) == nil)
        state.connected(now: self.at(1))
        #expect(state.next(now: self.at(1)) == .listen(["a", "b"]))
        #expect(state.want("c") == false)
        #expect(state.next(now: self.at(1)) == nil)
        #expect(state.answered(now: self.at(2)) == ["a", "b"])
        #expect(state.want("a") == true)
        #expect(state.next(now: self.at(2)) == .listen(["c"]))
        #expect(state.answered(now: self.at(3)) == ["c"])
        #expect(state.next(now: self.at(3)) == nil)
    }

    @Test("listens to everything again after its session has ended")
    func reconnecting() {
        var state = self.state()
        _ = state.want("a")
        _ = state.next(now: self.at(0))
        state.connected(now: self.at(0))
        _ = state.next(now: self.at(0))
        _ = state.answered(now: self.at(0))
        state.ended(now: self.at(5), chance: 0)
        #expect(state.next(now: self.at(54)) == nil)
        #expect(state.nextDeadline == self.at(55))
        #expect(state.next(now: self.at(55)) == .connect)
        state.ended(now: self.at(60), chance: 0)
        #expect(state.nextDeadline == self.at(160))
        #expect(state.next(now: self.at(160)) == .connect)
        state.connected(now: self.at(170))
        #expect(state.next(now: self.at(170)) == .listen(["a"]))
        #expect(state.answered(now: self.at(171)) == ["a"])
    }

    @Test("asks a silent session whether it is there, and gives up one that does not answer")
    func silence() {
        var state = self.state()
        _ = state.want("a")
        _ = state.next(now: self.at(0))
        state.connected(now: self.at(0))
        _ = state.next(now: self.at(0))
        _ = state.answered(now: self.at(0))
        #expect(state.next(now: self.at(9_999)) == nil)
        #expect(state.nextDeadline == self.at(10_000))
        #expect(state.next(now: self.at(10_000)) == .ping)
        #expect(state.answered(now: self.at(10_001)) == [])
        #expect(state.next(now: self.at(20_001)) == .ping)
        #expect(state.next(now: self.at(23_000)) == nil)
        #expect(state.next(now: self.at(23_001)) == .giveUp)
    }

    @Test("A listener that does not keep up is told to resynchronize instead")
    func overflow() {
        var queue = NotificationQueue(countMax: 3)
        queue.push(.resynchronize)
        queue.push(.message("1"))
        queue.push(.message("2"))
        #expect(queue.count == 3)
        queue.push(.message("3"))
        #expect(queue.count == 1)
        queue.push(.message("4"))
        #expect(queue.pop() == .resynchronize)
        #expect(queue.pop() == .message("4"))
        #expect(queue.pop() == nil)
    }
}
