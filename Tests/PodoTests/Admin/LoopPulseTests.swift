import Primitives
import Reactor
import Testing

@testable import podo

@Suite struct LoopPulseTests {
    @Test("loops that turn answer")
    func allWell() async throws {
        let group = try EventLoopGroup(loopCount: 3)
        group.start()
        #expect(await LoopPulse.silentLoops(of: group.loops, patience: .seconds(30)) == [])
        group.stop()
    }

    @Test("a loop that does not turn is named")
    func oneStuck() async throws {
        let running = try EventLoop(index: 0)
        let stuck = try EventLoop(index: 1)
        Thread.start { running.run() }
        #expect(await LoopPulse.silentLoops(of: [running, stuck], patience: .milliseconds(5)) == [1])
        running.stop()
    }
}
