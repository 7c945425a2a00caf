package import Primitives
internal import Synchronization

/// The structured log: one JSON object per line, with `ts`, `level`, `event` and the fields of the event.
///
/// An event is a name written in the program, never made of data. A line below `level` costs a comparison. Lines go to
/// a bounded queue that a thread of the log writes out, so that a loop never waits for a slow reader of standard
/// output; a full queue drops lines, and repeats of one event are limited: `LogLimits` has the numbers.
package final class Log: Sendable {
    package let level: LogLevel
    private let limits: LogLimits
    private let clock: @Sendable () -> WallClock
    private let sink: Sink
    private let counts = LogCounts()
    private let repeats: Mutex<LogRepeats>

    /// Writes to `descriptor`, standard output unless told otherwise, which stays the caller's and open.
    package init(
        level: LogLevel, descriptor: Int32 = 1, limits: LogLimits = LogLimits(),
        clock: @escaping @Sendable () -> WallClock = { .now }
    ) {
        self.level = level
        self.limits = limits
        self.clock = clock
        self.sink = .writer(LogWriter(descriptor: descriptor, limits: limits, counts: self.counts, clock: clock))
        self.repeats = Mutex(LogRepeats(countMax: limits.repeatsPerSecondMax))
    }

    /// Writes to memory before `write` returns, for tests.
    package init(
        level: LogLevel, memory: LogMemory, limits: LogLimits = LogLimits(),
        clock: @escaping @Sendable () -> WallClock = { .now }
    ) {
        self.level = level
        self.limits = limits
        self.clock = clock
        self.sink = .memory(memory)
        self.repeats = Mutex(LogRepeats(countMax: limits.repeatsPerSecondMax))
    }

    deinit {
        if case .writer(let writer) = self.sink { writer.close() }
    }

    /// Whether lines of that level are written: ask before computing costly fields.
    package func isEnabled(_ level: LogLevel) -> Bool { level >= self.level }

    /// Writes a line. Never blocks.
    package func write(_ level: LogLevel, _ event: StaticString, _ fields: KeyValuePairs<StaticString, LogValue>) {
        guard self.isEnabled(level) else { return }
        let now = self.clock()
        let (isAdmitted, suppressed) = self.repeats.withLock { repeats in
            let suppressed = repeats.isWindowOver(at: now) ? repeats.closeWindow(at: now) : []
            return (repeats.admit(event), suppressed)
        }
        self.report(suppressed, at: now)
        guard isAdmitted else {
            self.counts.suppressed.wrappingAdd(1, ordering: .relaxed)
            return
        }
        self.append(LogLine(level, event, fields, at: now, limits: self.limits))
    }

    /// Waits until everything written so far has left the process, but not longer than `timeout`: for the end of the
    /// process, never on a loop. False when the time was not enough.
    @discardableResult
    package func flush(within timeout: TimeAmount) -> Bool {
        let now = self.clock()
        self.report(self.repeats.withLock { $0.closeWindow(at: now) }, at: now)
        switch self.sink {
        case .memory: return true
        case .writer(let writer): return writer.flush(until: .now + timeout)
        }
    }

    /// `podo_log_dropped_total` and `podo_log_suppressed_total`.
    package func registerMetrics(in registry: MetricsRegistry) {
        let counts = self.counts
        registry.sampledCounter("podo_log_dropped_total", help: "Log lines lost to a full queue or a failed write.") {
            Double(counts.dropped.load(ordering: .relaxed))
        }
        registry.sampledCounter("podo_log_suppressed_total", help: "Log lines left out as repeats of one event.") {
            Double(counts.suppressed.load(ordering: .relaxed))
        }
    }

    private func report(_ suppressed: [(event: StaticString, suppressedCount: Int)], at now: WallClock) {
        for (event, count) in suppressed {
            let fields: KeyValuePairs<StaticString, LogValue> = [
                "of": .text(event.description), "count": .number(count),
            ]
            self.append(LogLine(.warning, "log_suppressed", fields, at: now, limits: self.limits))
        }
    }

    private func append(_ line: LogLine) {
        switch self.sink {
        case .memory(let memory): memory.append(line.bytes)
        case .writer(let writer): writer.append(line.bytes)
        }
    }

    private enum Sink: Sendable {
        case writer(LogWriter)
        case memory(LogMemory)
    }
}
