internal import CLinux
internal import Glibc
internal import Primitives

/// A timerfd that ends a loop's wait when its earliest timer may be due.
///
/// A wait with a time limit has the kernel set up a timer and take it down again, for every answer that a loop waits
/// for. This one stays set while nothing earlier comes: deadlines that are moved on or cancelled cost a wait too many
/// at the time they were set for, and nothing before.
final class Alarm: EventSource {
    let descriptor: CInt
    private var time: MonotonicTime?

    init() throws(SystemError) {
        self.descriptor = timerfd_create(CLOCK_MONOTONIC, CInt(TFD_NONBLOCK) | CInt(TFD_CLOEXEC))
        guard self.descriptor >= 0 else { throw .last("timerfd_create") }
    }

    deinit { close(self.descriptor) }

    /// Ends a wait at `time` or before. What it was set for earlier stays.
    func ring(by time: MonotonicTime) {
        if let earlier = self.time, earlier <= time { return }
        self.time = time
        // Zero would take it down.
        let (seconds, rest) = max(time.nanoseconds, 1).quotientAndRemainder(dividingBy: 1_000_000_000)
        var setting = itimerspec()
        setting.it_value = timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
        let result = timerfd_settime(self.descriptor, CInt(TFD_TIMER_ABSTIME), &setting, nil)
        precondition(result == 0, "a timer of one's own can be set to any time")
    }

    /// It is registered to be told of once each time it rings, so nothing is read.
    func ready(_ events: ReadyEvents) { self.time = nil }
}
