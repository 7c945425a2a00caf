// CLinux reaches the same headers: optimised builds take `timespec` from whichever module was loaded first.
internal import CLinux
internal import Glibc
internal import Primitives

/// What every process exports by convention (`process_*`), read from the kernel at scrape time, and `podo_build_info`.
///
/// A figure that the kernel does not give, for example because `/proc` is not mounted, is NaN.
package enum ProcessMetrics {
    /// Registers all of them. `version` and `revision` say what was built.
    package static func register(in registry: MetricsRegistry, version: String, revision: String) {
        registry.sampledGauge(
            "podo_build_info", help: "Always 1; the labels say which Podo this is.",
            labels: ["version": version, "revision": revision]
        ) { 1 }
        registry.sampledCounter(
            "process_cpu_seconds_total", help: "Processor time of the process, user and system, in seconds."
        ) { self.cpuSeconds() }
        registry.sampledGauge(
            "process_resident_memory_bytes", help: "Resident memory of the process in bytes."
        ) { self.residentBytes() ?? .nan }
        registry.sampledGauge(
            "process_open_fds", help: "File descriptors that the process has open."
        ) { self.openDescriptorCount().map(Double.init) ?? .nan }
        registry.sampledGauge(
            "process_max_fds", help: "File descriptors that the process may have open."
        ) { self.descriptorCountMax() ?? .nan }
        let startTime = self.startTimeSeconds() ?? .nan
        registry.sampledGauge(
            "process_start_time_seconds", help: "When the process started, in seconds since 1970."
        ) { startTime }
    }

    /// Of all threads since the process began.
    static func cpuSeconds() -> Double { self.seconds(of: CLOCK_PROCESS_CPUTIME_ID) }

    /// The second number of `/proc/self/statm`, in pages.
    static func residentBytes() -> Double? {
        guard let text = self.readFile("/proc/self/statm") else { return nil }
        let numbers = text.split(separator: UInt8(ascii: " "))
        guard numbers.count > 1, let pages = DecimalText.parse(numbers[1]) else { return nil }
        return Double(pages) * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Linux 6.2 and later say so in the size of the directory; before, its entries are counted, which takes some
    /// milliseconds with ten thousand of them.
    static func openDescriptorCount() -> Int? {
        var status = stat()
        guard unsafe stat("/proc/self/fd", &status) == 0 else { return nil }
        if status.st_size > 0 { return Int(status.st_size) }
        guard let directory = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(directory) }
        var count = 0
        while let entry = unsafe readdir(directory) {
            // The names are numbers, `.` and `..`.
            if unsafe entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        // The descriptor that reads the directory is gone when the count is seen.
        return count - 1
    }

    /// The soft limit; infinite when there is none.
    static func descriptorCountMax() -> Double? {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return limit.rlim_cur == rlim_t.max ? .infinity : Double(limit.rlim_cur)
    }

    /// Field 22 of `/proc/self/stat` counts clock ticks since boot; the difference of two clocks says when that was.
    static func startTimeSeconds() -> Double? {
        // Field 2 is the command's name in parentheses, which may hold anything: fields are counted from its end.
        guard let text = self.readFile("/proc/self/stat"), let end = text.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 19, let ticks = DecimalText.parse(fields[19]) else { return nil }
        let bootTime = self.seconds(of: CLOCK_REALTIME) - self.seconds(of: CLOCK_BOOTTIME)
        return bootTime + Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func seconds(of clock: clockid_t) -> Double {
        var time = timespec()
        guard unsafe clock_gettime(clock, &time) == 0 else { return .nan }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The first 4 KiB of a file, which is more than the kernel writes in those that are read here.
    private static func readFile(_ path: StaticString) -> [UInt8]? {
        let descriptor = unsafe open(path.description, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        return count < 0 ? nil : Array(bytes[..<count])
    }
}
