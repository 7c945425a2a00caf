/// A point on, or a distance along, a stream's timeline, in nanoseconds. Signed: a unit may lie before the origin.
package struct MediaTime: Comparable, Hashable, Sendable {
    package var nanoseconds: Int64

    package static let zero = MediaTime(nanoseconds: 0)

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Saturates at 292 years.
    package init(milliseconds: Int64) {
        let (product, overflowed) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        self.nanoseconds = overflowed ? (milliseconds < 0 ? .min : .max) : product
    }

    package var milliseconds: Int64 { self.nanoseconds / 1_000_000 }
    package var seconds: Double { Double(self.nanoseconds) / 1e9 }

    package static func < (left: MediaTime, right: MediaTime) -> Bool { left.nanoseconds < right.nanoseconds }

    package static func + (left: MediaTime, right: MediaTime) -> MediaTime {
        MediaTime(nanoseconds: left.nanoseconds &+ right.nanoseconds)
    }

    package static func - (left: MediaTime, right: MediaTime) -> MediaTime {
        MediaTime(nanoseconds: left.nanoseconds &- right.nanoseconds)
    }
}
