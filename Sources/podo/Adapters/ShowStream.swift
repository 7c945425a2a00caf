/// The stream of a performance, by name.
enum ShowStream {
    private static let prefix = "schedule-"

    static func name(of schedule: Int64) -> String { self.prefix + String(schedule) }

    /// Nil for a stream that is no performance's. Each has one spelling.
    static func schedule(of stream: String) -> Int64? {
        guard stream.hasPrefix(self.prefix), let schedule = Int64(stream.dropFirst(self.prefix.count)), schedule > 0,
            self.name(of: schedule) == stream
        else { return nil }
        return schedule
    }
}
