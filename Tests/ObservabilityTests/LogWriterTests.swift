import Glibc
import Primitives
import Testing

@testable import Observability

/// A pipe whose two ends close with it.
private final class Pipe {
    let readEnd: Int32
    let writeEnd: Int32
    private var isReadEndOpen = true

    init() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "a pipe opens")
        self.readEnd = ends[0]
        self.writeEnd = ends[1]
        _ = fcntl(self.readEnd, F_SETFL, O_NONBLOCK)
    }

    deinit {
        self.closeReadEnd()
        close(self.writeEnd)
    }

    func closeReadEnd() {
        if self.isReadEndOpen { close(self.readEnd) }
        self.isReadEndOpen = false
    }

    /// Fills the pipe with line feeds, so that the next write of anyone blocks.
    func fill() {
        _ = fcntl(self.writeEnd, F_SETFL, O_NONBLOCK)
        let bytes = [UInt8](repeating: 0x0A, count: 4096)
        while write(self.writeEnd, bytes, bytes.count) > 0 {}
        while write(self.writeEnd, bytes, 1) > 0 {}
        _ = fcntl(self.writeEnd, F_SETFL, 0)
    }

    /// Reads until the text contains `marker`; what came when five seconds bring nothing more.
    func lines(until marker: String) -> [Substring] {
        var text = ""
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while !text.contains(marker) {
            var wanted = pollfd(fd: self.readEnd, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, 5000) == 1 else { break }
            let count = read(self.readEnd, &chunk, chunk.count)
            guard count > 0 else { break }
            text += String(decoding: chunk[..<count], as: UTF8.self)
        }
        return text.split(separator: "\n")
    }
}

/// Serialized, because descriptors that close in one test could be reused by another.
@Suite(.serialized)
struct LogWriterTests {
    private let pipe = Pipe()

    private func makeLog(queueByteCountMax: Int = 1 << 20) -> (Log, MetricsRegistry) {
        var limits = LogLimits()
        limits.queueByteCountMax = queueByteCountMax
        limits.repeatsPerSecondMax = .max
        let log = Log(
            level: .info, descriptor: self.pipe.writeEnd, limits: limits, clock: { WallClock(unixMilliseconds: 0) })
        let registry = MetricsRegistry(loopCount: 1)
        log.registerMetrics(in: registry)
        return (log, registry)
    }

    private func droppedCount(_ registry: MetricsRegistry) -> Int? {
        String(decoding: registry.prometheusText(), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("podo_log_dropped_total ") }
            .flatMap { Int($0.split(separator: " ")[1]) }
    }

    /// What a line says of dropped ones; nil for any other line.
    private static func reportedCount(of line: Substring) -> Int? {
        line.split(separator: #""level":"warning","event":"log_dropped","count":"#).dropFirst().first
            .flatMap { Int($0.dropLast()) }
    }

    @Test("Lines come out whole and in order, and a flush waits for all of them")
    func order() {
        let (log, registry) = self.makeLog()
        for index in 0..<500 { log.info("line", ["n": .number(index)]) }
        #expect(log.flush(within: .seconds(5)))
        let lines = self.pipe.lines(until: #""n":499}"#)
        #expect(lines.count == 500)
        for (index, line) in lines.enumerated() { #expect(line.hasSuffix(#""n":\#(index)}"#)) }
        #expect(self.droppedCount(registry) == 0)
    }

    @Test("A full queue drops lines without waiting, counts them, and says so once there is room")
    func full() throws {
        self.pipe.fill()
        let lineByteCount = 72
        let (log, registry) = self.makeLog(queueByteCountMax: 10 * lineByteCount + 5)
        for index in 100..<200 { log.info("line", ["n": .number(index)]) }
        #expect(!log.flush(within: .milliseconds(5)))
        let dropped = try #require(self.droppedCount(registry))
        // The thread says it twice when it comes to the queue in the middle of the drops.
        var lines: [Substring] = []
        var reported = 0
        while reported < dropped {
            let more = self.pipe.lines(until: "log_dropped").filter { !$0.isEmpty }
            try #require(!more.isEmpty)
            lines += more
            reported += more.reduce(0) { $0 + (Self.reportedCount(of: $1) ?? 0) }
        }
        #expect(lines[0].utf8.count + 1 == lineByteCount, "the length that the bound is computed from")
        #expect(lines.count { Self.reportedCount(of: $0) == nil } == 10)
        #expect(dropped == 90 && reported == 90)
        log.info("again")
        #expect(log.flush(within: .seconds(5)))
        #expect(self.pipe.lines(until: "again").count == 1)
    }

    @Test("A line longer than the queue is dropped and reported, and a flush still ends")
    func longerThanQueue() throws {
        let (log, registry) = self.makeLog(queueByteCountMax: 20)
        log.info("longer than twenty bytes")
        #expect(log.flush(within: .seconds(5)))
        #expect(self.pipe.lines(until: "log_dropped").count == 1)
        #expect(self.droppedCount(registry) == 1)
    }

    @Test("A reader that went away costs the lines and not the process")
    func closedPipe() {
        let (log, registry) = self.makeLog()
        self.pipe.closeReadEnd()
        log.info("lost")
        #expect(log.flush(within: .seconds(5)))
        log.info("lost")
        #expect(log.flush(within: .seconds(5)))
        #expect(self.droppedCount(registry) == 2)
    }

    @Test("A descriptor that someone made non-blocking loses nothing")
    func nonBlocking() {
        _ = fcntl(self.pipe.writeEnd, F_SETFL, O_NONBLOCK)
        let (log, registry) = self.makeLog()
        let filler = String(repeating: "x", count: 1000)
        for index in 0..<500 { log.info("line", ["n": .number(index), "filler": .text(filler)]) }
        #expect(self.pipe.lines(until: #""n":499,"#).count == 500)
        #expect(log.flush(within: .seconds(5)))
        #expect(self.droppedCount(registry) == 0)
    }

    @Test("Lines of many threads are not mixed")
    func threads() async {
        let (log, registry) = self.makeLog()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { for index in 0..<50 { log.info("line", ["t": .number(task), "n": .number(index)]) } }
            }
        }
        log.info("end")
        let lines = self.pipe.lines(until: #""event":"end""#)
        #expect(lines.count == 401 && Set(lines).count == 401)
        #expect(lines.allSatisfy { $0.hasPrefix("{\"ts\":") && $0.hasSuffix("}") })
        #expect(self.droppedCount(registry) == 0)
    }

    @Test("What was written when the log is released is still written out")
    func release() {
        do { self.makeLog().0.info("last words") }
        #expect(self.pipe.lines(until: "last words").count == 1)
    }
}
