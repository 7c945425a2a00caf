import Foundation
import TestSupport
import Testing

@testable import Reactor

@Suite("Blocking pool")
struct BlockingPoolTests {
    @Test("A full queue refuses at once; what it took runs in order")
    func full() {
        let pool = BlockingPool(name: "test", threadCount: 1, waitingCountMax: 2)
        let (entered, gate) = (TestLog<Int>(), DispatchSemaphore(value: 0))
        let log = TestLog<Int>()
        #expect(
            pool.submit {
                entered.add(0); gate.wait(); log.add(0)
            })
        entered.wait { $0 == [0] }
        #expect(pool.submit { log.add(1) })
        #expect(pool.submit { log.add(2) })
        #expect(!pool.submit { log.add(3) })
        #expect(pool.waitingCount == 2)
        gate.signal()
        #expect(log.wait { $0.count == 3 })
        #expect(log.entries == [0, 1, 2])
        pool.stop()
    }

    @Test("A stopped pool does what it took and takes no more")
    func stopped() async {
        let pool = BlockingPool(name: "test", threadCount: 2, waitingCountMax: 100)
        let log = TestLog<Int>()
        for number in 0..<50 { #expect(pool.submit { log.add(number) }) }
        pool.stop()
        #expect(!pool.submit { log.add(-1) })
        #expect(log.wait { $0.count == 50 })
        await #expect(throws: BlockingPoolFull.self) { try await pool.run { 1 } }
    }

    @Test("A job that is done is let go of, whatever waits behind it")
    func released() {
        final class Held: Sendable {
            let log: TestLog<String>
            init(_ log: TestLog<String>) { self.log = log }
            deinit { self.log.add("released") }
        }
        let pool = BlockingPool(name: "test", threadCount: 1, waitingCountMax: 10)
        let (log, gate) = (TestLog<String>(), DispatchSemaphore(value: 0))
        let first = DispatchSemaphore(value: 0)
        do {
            let held = Held(log)
            #expect(
                pool.submit {
                    first.wait(); withExtendedLifetime(held) {}
                })
        }
        #expect(pool.submit { gate.wait() })
        first.signal()
        #expect(log.wait { $0 == ["released"] })
        gate.signal()
        pool.stop()
    }
}
