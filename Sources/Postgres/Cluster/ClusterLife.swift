internal import Primitives

/// When the private server is started, told to end, and started again. A value: what happened and the time go in, what
/// to do comes out.
struct ClusterLife {
    enum State: Equatable {
        /// Nothing runs; it is started when the time has come.
        case waiting(until: MonotonicTime)
        /// It runs and takes no connections yet, because it recovers for instance.
        case starting(until: MonotonicTime)
        case running(since: MonotonicTime)
        /// It was told to end, lastly in this way, and is told in a harder one when the time is over.
        case stopping(ClusterSignal, until: MonotonicTime)
        /// The very first start did not succeed: whoever wanted it is told why.
        case failed
        /// It was told to end, and has.
        case ended
    }

    enum Input: Equatable {
        /// Connections are taken.
        case ready
        /// The server and all its processes are gone, or it could not be started.
        case gone
        case stop(ClusterSignal)
        /// Nothing but time has passed.
        case time
    }

    enum Action: Equatable {
        case none
        case start
        case send(ClusterSignal)
    }

    private(set) var state: State
    private let limits: ClusterLimits
    private var hasRun = false
    /// How often it ended without having run for long.
    private var failureCount = 0

    init(limits: ClusterLimits, now: MonotonicTime) {
        self.limits = limits
        self.state = .waiting(until: now)
    }

    /// Nothing will happen any more.
    var isOver: Bool { self.state == .failed || self.state == .ended }

    mutating func advance(_ input: Input, now: MonotonicTime) -> Action {
        switch self.state {
        case .waiting(let start): return self.advanceWaiting(input, until: start, now: now)
        case .starting(let end): return self.advanceStarting(input, until: end, now: now)
        case .running(let start): return self.advanceRunning(input, since: start, now: now)
        case .stopping(let last, let end): return self.advanceStopping(input, last, until: end, now: now)
        case .failed, .ended: return .none
        }
    }

    private mutating func advanceWaiting(_ input: Input, until start: MonotonicTime, now: MonotonicTime) -> Action {
        switch input {
        case .stop: self.state = .ended
        case .time:
            guard now >= start else { return .none }
            self.state = .starting(until: now + self.limits.startTime)
            return .start
        case .ready, .gone: break
        }
        return .none
    }

    private mutating func advanceStarting(_ input: Input, until end: MonotonicTime, now: MonotonicTime) -> Action {
        switch input {
        case .ready:
            self.hasRun = true
            self.failureCount = min(self.failureCount, self.limits.readyFailureCountMax)
            self.state = .running(since: now)
        case .gone: self.wait(now: now)
        case .stop(let signal): return self.stop(signal, now: now)
        case .time:
            guard now >= end else { return .none }
            self.state = .starting(until: now + self.limits.immediateStopTime)
            return .send(.kill)
        }
        return .none
    }

    private mutating func advanceRunning(_ input: Input, since start: MonotonicTime, now: MonotonicTime) -> Action {
        switch input {
        case .gone:
            if now - start >= self.limits.steadyTime { self.failureCount = 0 }
            self.wait(now: now)
        case .stop(let signal): return self.stop(signal, now: now)
        case .ready, .time: break
        }
        return .none
    }

    private mutating func advanceStopping(
        _ input: Input, _ last: ClusterSignal, until end: MonotonicTime, now: MonotonicTime
    ) -> Action {
        switch input {
        case .gone: self.state = .ended
        case .stop(let signal):
            guard signal.rawValue > last.rawValue else { return .none }
            return self.stop(signal, now: now)
        case .time:
            guard now >= end else { return .none }
            return self.stop(last.harder, now: now)
        case .ready: break
        }
        return .none
    }

    private mutating func wait(now: MonotonicTime) {
        guard self.hasRun else {
            self.state = .failed
            return
        }
        // Beyond eight doublings the maximum is reached whatever it is.
        let doubled = self.limits.restartTime.nanoseconds << Int64(min(self.failureCount, 8))
        self.failureCount += 1
        self.state = .waiting(until: now + .nanoseconds(min(doubled, self.limits.restartTimeMax.nanoseconds)))
    }

    private mutating func stop(_ signal: ClusterSignal, now: MonotonicTime) -> Action {
        let time = signal == .fast ? self.limits.fastStopTime : self.limits.immediateStopTime
        self.state = .stopping(signal, until: now + time)
        return .send(signal)
    }
}

/// How a server is told to end, from friendly to hard.
package enum ClusterSignal: Int, Sendable {
    /// Everybody is disconnected, and what there is is written: the next start has nothing to recover.
    case fast
    /// At once; the next start recovers.
    case immediate
    case kill

    var harder: ClusterSignal { self == .fast ? .immediate : .kill }
}
