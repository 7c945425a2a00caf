import Foundation
import Primitives
import Testing

@testable import podo

@Suite struct SignalQueueTests {
    // In a process of its own: signals and their mask belong to the whole process.
    @Test("signals, wake-ups and deadlines come out one after the other")
    func order() async {
        await #expect(processExitsWith: .success) {
            let queue = try SignalQueue()
            #expect(queue.next(deadline: .now) == .timedOut)
            pthread_kill(pthread_self(), SIGTERM)
            #expect(queue.next() == .terminate(name: "SIGTERM"))
            pthread_kill(pthread_self(), SIGINT)
            #expect(queue.next() == .terminate(name: "SIGINT"))
            queue.wakeUp()
            pthread_kill(pthread_self(), SIGHUP)
            #expect(queue.next() == .reload)
            #expect(queue.next() == .wokenUp)
            pthread_kill(pthread_self(), SIGPIPE)
            #expect(queue.next(deadline: .now + .milliseconds(1)) == .timedOut)
        }
    }
}
