internal import CLinux
internal import Glibc

/// An eventfd that lets other threads end a loop's wait.
final class WakeUp: EventSource, Sendable {
    let descriptor: CInt

    init() throws(SystemError) {
        self.descriptor = eventfd(0, CInt(EFD_NONBLOCK) | CInt(EFD_CLOEXEC))
        guard self.descriptor >= 0 else { throw .last("eventfd") }
    }

    deinit { close(self.descriptor) }

    /// From any thread. A full counter means that a wake-up is already pending.
    func signal() { eventfd_write(self.descriptor, 1) }

    func ready(_ events: ReadyEvents) {
        var value: eventfd_t = 0
        eventfd_read(self.descriptor, &value)
    }
}
