import Glibc
import Primitives
import Testing

@testable import Observability

struct ProcessMetricsTests {
    @Test("Every conventional metric has a believable value")
    func values() throws {
        let cpu = ProcessMetrics.cpuSeconds()
        #expect(cpu > 0 && cpu < 1e6)
        let resident = try #require(ProcessMetrics.residentBytes())
        #expect(resident > 1e6 && resident < 1e12)
        let start = try #require(ProcessMetrics.startTimeSeconds())
        let now = Double(WallClock.now.unixMilliseconds) / 1000
        #expect(start < now + 1 && start > now - 3600)
        let openCount = try #require(ProcessMetrics.openDescriptorCount())
        let countMax = try #require(ProcessMetrics.descriptorCountMax())
        #expect(openCount >= 3 && Double(openCount) <= countMax)
    }

    @Test("Many open descriptors more are seen as about that many more")
    func openDescriptors() throws {
        let before = try #require(ProcessMetrics.openDescriptorCount())
        let opened = (0..<100).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
        let after = try #require(ProcessMetrics.openDescriptorCount())
        for descriptor in opened { close(descriptor) }
        // Other tests open and close descriptors meanwhile.
        #expect(abs(after - before - 100) < 50)
    }

    @Test("All of them are in the text, with the build")
    func registered() {
        let registry = MetricsRegistry(loopCount: 1)
        ProcessMetrics.register(in: registry, version: "1.2.3", revision: "abc\"")
        let text = String(decoding: registry.prometheusText(), as: UTF8.self)
        #expect(text.contains("\npodo_build_info{revision=\"abc\\\"\",version=\"1.2.3\"} 1\n"))
        let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
        #expect(
            types == [
                "# TYPE podo_build_info gauge", "# TYPE process_cpu_seconds_total counter",
                "# TYPE process_max_fds gauge", "# TYPE process_open_fds gauge",
                "# TYPE process_resident_memory_bytes gauge", "# TYPE process_start_time_seconds gauge",
            ])
        #expect(!text.contains("NaN"))
    }
}
