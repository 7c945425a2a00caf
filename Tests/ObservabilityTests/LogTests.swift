import Observability
import Primitives
import Synchronization
import Testing

/// A clock that a test sets.
private final class HandClock: Sendable {
    private let milliseconds = Atomic<Int64>(1_000_000)

    var now: WallClock { WallClock(unixMilliseconds: self.milliseconds.load(ordering: .relaxed)) }
    func advance(milliseconds: Int64) { self.milliseconds.wrappingAdd(milliseconds, ordering: .relaxed) }
}

struct LogTests {
    private let memory = LogMemory()
    private let clock = HandClock()

    private func makeLog(level: LogLevel = .debug, limits: LogLimits = LogLimits()) -> Log {
        Log(level: level, memory: self.memory, limits: limits, clock: { [clock] in clock.now })
    }

    @Test("A line is one JSON object with time, level, event and the typed fields in their order")
    func line() {
        let log = self.makeLog()
        log.info("listener_open", ["address": "127.0.0.1", "port": 8080, "tls": false, "took": .seconds(0.25)])
        log.error("bare")
        #expect(
            self.memory.lines == [
                #"{"ts":"1970-01-01T00:16:40.000Z","level":"info","event":"listener_open","address":"127.0.0.1","#
                    + #""port":8080,"tls":false,"took":0.25}"#,
                #"{"ts":"1970-01-01T00:16:40.000Z","level":"error","event":"bare"}"#,
            ])
    }

    @Test("Lines below the level are not written", arguments: LogLevel.allCases)
    func levels(level: LogLevel) {
        let log = self.makeLog(level: level)
        log.debug("d")
        log.info("i")
        log.warning("w")
        log.error("e")
        #expect(self.memory.lines.count == LogLevel.allCases.count { $0 >= level })
        #expect(log.isEnabled(level))
    }

    @Test("The fields of a debug line are not computed when the level is off")
    func fieldsAreLazy() {
        var computedCount = 0
        func costly() -> LogValue {
            computedCount += 1
            return 1
        }
        self.makeLog(level: .info).debug("d", ["x": costly()])
        #expect(computedCount == 0)
        self.makeLog(level: .debug).debug("d", ["x": costly()])
        #expect(computedCount == 1)
    }

    @Test("Repeats of one event are left out and counted, other events are not touched")
    func repeats() {
        var limits = LogLimits()
        limits.repeatsPerSecondMax = 3
        let log = self.makeLog(level: .info, limits: limits)
        let registry = MetricsRegistry(loopCount: 1)
        log.registerMetrics(in: registry)
        for _ in 0..<10 {
            log.info("often")
            log.debug("off")
        }
        log.info("seldom")
        #expect(self.memory.lines.count == 4)
        self.clock.advance(milliseconds: 999)
        log.info("often")
        #expect(self.memory.lines.count == 4)
        self.clock.advance(milliseconds: 1)
        log.info("often")
        #expect(self.memory.lines.count == 6)
        #expect(self.memory.lines[4].contains(#""event":"log_suppressed","of":"often","count":8"#))
        #expect(self.memory.lines[5].contains(#""event":"often""#))
        let text = String(decoding: registry.prometheusText(), as: UTF8.self)
        #expect(text.contains("\npodo_log_suppressed_total 8\n"))
        #expect(text.contains("\npodo_log_dropped_total 0\n"))
    }

    @Test("A flush tells what was left out in the last window")
    func flushReportsRepeats() {
        var limits = LogLimits()
        limits.repeatsPerSecondMax = 1
        let log = self.makeLog(limits: limits)
        for _ in 0..<5 { log.info("often") }
        #expect(log.flush(within: .seconds(1)))
        #expect(self.memory.lines.count == 2)
        #expect(self.memory.lines[1].contains(#""of":"often","count":4"#))
    }
}
