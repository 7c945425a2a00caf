internal import Primitives

/// A second epoll set of a loop, nested in the loop's own, for connections that trickle: they are read together.
///
/// Publishers send small packets all the time, and waking the loop for each costs more than reading it does. Here the
/// first packet after a silence is read at once, and from then on a sweep in every `interval` reads whatever has come.
/// A sweep that finds nothing ends this: the set waits in the loop's own again. So wake-ups a second are bounded
/// however many publishers there are, and without them there are none. Decision 9 has the figures.
///
/// A byte waits for at most `interval`, the millisecond to which `epoll_wait` rounds up, and what the others take. A
/// connection that has brought much is read on in the next turn, alone: others would be read as often as they send.
/// Those that a sweep did not come to in `sweepTimeMax` have the next turn.
final class GatheredReads: EventSource {
    /// From one sweep to the next: the shortest that a connection has asked for.
    @exclusivity(unchecked) private(set) var interval: TimeAmount
    /// Told once of the set's first event; waiting in the set again is what `arm` does.
    private static let armed: ReadyEvents = [.readable, .once]

    /// After this long a sweep lets the loop have a turn, so that nobody waits for the reading of all: neither those
    /// who ask for something else, nor those who wait for what the first of the sweep has brought.
    private static let sweepTimeMax = TimeAmount.milliseconds(1)

    /// Brought at once, this is much: less than the kernel holds of a peer that is not read, and more than most
    /// publishers send in an interval.
    static let muchByteCount = 48 << 10

    private unowned let loop: EventLoop
    private var poller: Poller
    /// When to read all again; nil while the loop's own set watches this one.
    private(set) var nextSweep: MonotonicTime?
    /// What the poller told last, and how much of it was read. It is not asked again before the end: the first would be
    /// read for a packet or two each time that the last have not had their turn.
    private var count = 0
    private var position = 0
    /// Whose next bytes do not wait for an interval.
    private var hurried: [any EventSource] = []

    init(loop: EventLoop, interval: TimeAmount) throws(SystemError) {
        self.loop = loop
        self.interval = interval
        self.poller = try Poller()
        try loop.register(self.poller.descriptor, Self.armed, self)
    }

    var registrationCount: Int { self.poller.registrationCount }

    func register(
        _ fd: CInt, _ events: ReadyEvents, _ source: any EventSource, interval: TimeAmount
    ) throws(SystemError) {
        try self.poller.register(fd, events, source)
        self.interval = min(self.interval, interval)
    }

    /// Called by a connection that has brought much: its peer may have been waiting for room, and sends on now. With
    /// a read in each interval it could not send more than what the kernel holds.
    func readOn(_ source: any EventSource) { self.hurried.append(source) }

    /// When there is something to do; nil while the loop's own set tells.
    var nextLook: MonotonicTime? { self.hurried.isEmpty ? self.nextSweep : self.loop.now }

    func change(_ fd: CInt, _ events: ReadyEvents) { self.poller.change(fd, events) }

    func remove(_ fd: CInt) { self.poller.remove(fd) }

    /// The silence has ended.
    func ready(_ events: ReadyEvents) { self.sweep() }

    /// Called by the loop in every turn.
    func readIfDue() {
        let hurried = self.hurried
        self.hurried = []
        for source in hurried { source.ready(.readable) }
        if let due = self.nextSweep, due <= self.loop.now { self.sweep() }
    }

    private func sweep() {
        if self.position == self.count {
            self.count = self.poller.wait(timeoutMilliseconds: 0)
            self.position = 0
        }
        guard self.count > 0 else {
            self.nextSweep = nil
            self.loop.change(self.poller.descriptor, Self.armed)
            return
        }
        self.readOneAfterTheOther()
        // A full batch may have left others waiting: they have their turn right after this one.
        let isBehind = self.position < self.count || self.count == Poller.batchCountMax
        self.nextSweep = self.loop.now + (isBehind ? .nanoseconds(0) : self.interval)
    }

    /// Of the batch, those for whom there is time.
    private func readOneAfterTheOther() {
        let end = MonotonicTime.now + Self.sweepTimeMax
        while self.position < self.count {
            if let (source, events) = self.poller.event(at: self.position) { source.ready(events) }
            self.position += 1
            if MonotonicTime.now >= end { return }
        }
    }
}
