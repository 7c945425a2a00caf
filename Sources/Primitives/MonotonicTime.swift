internal import Glibc

/// A point on the clock that never jumps: nanoseconds since some moment before the process began.
package struct MonotonicTime: Comparable, Hashable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static var now: MonotonicTime {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates: a wait of forever ends at the end of time, not before it began.
    package static func + (time: MonotonicTime, duration: TimeAmount) -> MonotonicTime {
        let (sum, overflowed) = time.nanoseconds.addingReportingOverflow(duration.nanoseconds)
        guard overflowed else { return MonotonicTime(nanoseconds: sum) }
        return MonotonicTime(nanoseconds: duration.nanoseconds < 0 ? .min : .max)
    }

    package static func - (left: MonotonicTime, right: MonotonicTime) -> TimeAmount {
        .nanoseconds(left.nanoseconds &- right.nanoseconds)
    }
}

/// A length of time. Named so as not to shadow the standard library's `Duration`, which costs 128 bits.
package struct TimeAmount: Comparable, Hashable, Sendable {
    package var nanoseconds: Int64

    package static func nanoseconds(_ value: Int64) -> TimeAmount { TimeAmount(nanoseconds: value) }
    package static func microseconds(_ value: Int64) -> TimeAmount { TimeAmount(value, timesNanoseconds: 1000) }
    package static func milliseconds(_ value: Int64) -> TimeAmount { TimeAmount(value, timesNanoseconds: 1_000_000) }
    package static func seconds(_ value: Int64) -> TimeAmount { TimeAmount(value, timesNanoseconds: 1_000_000_000) }

    package var milliseconds: Int64 { self.nanoseconds / 1_000_000 }
    package var seconds: Double { Double(self.nanoseconds) / 1e9 }

    package static func < (left: TimeAmount, right: TimeAmount) -> Bool { left.nanoseconds < right.nanoseconds }

    private init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Saturates at 292 years.
    private init(_ value: Int64, timesNanoseconds unit: Int64) {
        let (product, overflowed) = value.multipliedReportingOverflow(by: unit)
        self.nanoseconds = overflowed ? (value < 0 ? .min : .max) : product
    }
}
