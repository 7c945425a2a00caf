internal import Glibc

/// What the process held by hours of media, and the straight line through that after an hour of warm-up.
struct MemoryLine {
    private(set) var points: [(hours: Double, mebibytes: Double)] = []

    mutating func note(hours: Double) {
        self.points.append((hours, Double(Self.residentByteCount) / 1_048_576))
    }

    /// MiB for an hour, by least squares.
    var slope: Double {
        let points = self.points.filter { $0.hours >= 1 }
        let count = Double(points.count)
        guard count >= 2 else { return .infinity }
        let meanHours = points.reduce(0) { $0 + $1.hours } / count
        let meanSize = points.reduce(0) { $0 + $1.mebibytes } / count
        let spread = points.reduce(0) { $0 + ($1.hours - meanHours) * ($1.hours - meanHours) }
        return points.reduce(0) { $0 + ($1.hours - meanHours) * ($1.mebibytes - meanSize) } / spread
    }

    /// By the kernel's account.
    private static var residentByteCount: Int {
        let file = open("/proc/self/statm", O_RDONLY)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(file, &bytes, bytes.count)
        let words = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: " ")
        return words.count > 1 ? (Int(words[1]) ?? 0) * 4096 : 0
    }
}
