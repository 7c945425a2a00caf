import Primitives
import Testing

@testable import HTTPServer

@Suite struct HTTP2DeadlinesTests {
    @Test("Whatever is waited for, the first wait to end counts; idleness only while there is no stream.")
    func earliest() {
        let none = HTTP2Deadlines()
        #expect(none.earliest(isIdle: true) == nil && none.earliest(isIdle: false) == nil)
        let waits: [WritableKeyPath<HTTP2Deadlines, MonotonicTime?>] = [\.head, \.body, \.stall, \.drainNotice, \.idle]
        for first in waits {
            var deadlines = HTTP2Deadlines()
            for wait in waits { deadlines[keyPath: wait] = MonotonicTime(nanoseconds: wait == first ? 1 : 2) }
            #expect(deadlines.earliest(isIdle: true) == MonotonicTime(nanoseconds: 1))
            #expect(deadlines.earliest(isIdle: false) == MonotonicTime(nanoseconds: first == \.idle ? 2 : 1))
            var alone = HTTP2Deadlines()
            alone[keyPath: first] = MonotonicTime(nanoseconds: 3)
            #expect(alone.earliest(isIdle: true) == MonotonicTime(nanoseconds: 3))
        }
    }
}
