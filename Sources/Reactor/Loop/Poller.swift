internal import CLinux
internal import Glibc

/// What a descriptor is ready for, or wants to be told of.
package struct ReadyEvents: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = ReadyEvents(rawValue: 0x001)
    package static let writable = ReadyEvents(rawValue: 0x004)
    package static let failed = ReadyEvents(rawValue: 0x008)
    package static let hungUp = ReadyEvents(rawValue: 0x010)
    /// Of several loops that wait for one listener, wake one.
    static let exclusive = ReadyEvents(rawValue: 1 << 28)
    /// Tell of the next event, then of none until `change`.
    static let once = ReadyEvents(rawValue: 1 << 30)
}

/// Whoever owns a registered descriptor.
package protocol EventSource: AnyObject {
    func ready(_ events: ReadyEvents)
}

/// An epoll set whose registrations survive the reuse of descriptor numbers.
///
/// The kernel hands back 64 bits per event: the descriptor and a generation. A descriptor that was closed and opened
/// again within one batch of events has another generation, so the old event is recognised as stale and dropped.
struct Poller: ~Copyable {
    /// Events taken from the kernel at a time.
    static let batchCountMax = 256

    private struct Registration {
        var generation: UInt32 = 0
        var source: (any EventSource)?
    }

    let descriptor: CInt
    private var registrations: [Registration] = []
    private let batch: UnsafeMutablePointer<epoll_event>
    private(set) var registrationCount = 0

    init() throws(SystemError) {
        self.descriptor = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard self.descriptor >= 0 else { throw .last("epoll_create1") }
        self.batch = .allocate(capacity: Self.batchCountMax)
    }

    deinit {
        close(self.descriptor)
        self.batch.deallocate()
    }

    mutating func register(_ fd: CInt, _ events: ReadyEvents, _ source: any EventSource) throws(SystemError) {
        let index = Int(fd)
        while self.registrations.count <= index { self.registrations.append(Registration()) }
        self.registrations[index].generation &+= 1
        var event = self.event(fd, events)
        guard epoll_ctl(self.descriptor, EPOLL_CTL_ADD, fd, &event) == 0 else { throw .last("epoll_ctl") }
        self.registrations[index].source = source
        self.registrationCount += 1
    }

    mutating func change(_ fd: CInt, _ events: ReadyEvents) {
        var event = self.event(fd, events)
        let result = epoll_ctl(self.descriptor, EPOLL_CTL_MOD, fd, &event)
        precondition(result == 0, "changes only what is registered")
    }

    /// Must come before the descriptor is closed.
    mutating func remove(_ fd: CInt) {
        guard Int(fd) < self.registrations.count, self.registrations[Int(fd)].source != nil else { return }
        var event = epoll_event()
        epoll_ctl(self.descriptor, EPOLL_CTL_DEL, fd, &event)
        self.registrations[Int(fd)].source = nil
        self.registrations[Int(fd)].generation &+= 1
        self.registrationCount -= 1
    }

    /// Waits for at most `timeoutMilliseconds` (-1: for ever) and returns how many events can be taken.
    func wait(timeoutMilliseconds: CInt) -> Int {
        let count = epoll_wait(self.descriptor, self.batch, CInt(Self.batchCountMax), timeoutMilliseconds)
        if count < 0 {
            precondition(errno == EINTR, "epoll_wait on an own descriptor fails only by a signal")
            return 0
        }
        return Int(count)
    }

    /// The source and events at a place of the batch; nil when the registration has changed since.
    func event(at index: Int) -> (source: any EventSource, events: ReadyEvents)? {
        let event = self.batch[index]
        let fd = Int(event.data.u64 & 0xffff_ffff)
        guard self.registrations[fd].generation == UInt32(event.data.u64 >> 32),
            let source = self.registrations[fd].source
        else { return nil }
        return (source, ReadyEvents(rawValue: event.events))
    }

    private func event(_ fd: CInt, _ events: ReadyEvents) -> epoll_event {
        var event = epoll_event()
        event.events = events.rawValue
        event.data.u64 = UInt64(self.registrations[Int(fd)].generation) << 32 | UInt64(fd)
        return event
    }
}
