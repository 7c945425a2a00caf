package import Primitives

/// A show with its windows, and how far it is: a value without a clock, which decides what becomes of it.
///
/// It is live from its first publisher on, but not before the doors open: who publishes earlier rehearses. A publisher
/// that goes interrupts the show and does not end it, however long it stays away, until the show was to have ended: an
/// encoder that comes back goes on. It ends when its organizer says so; or by itself, when the time is over and nobody
/// has published it for a while. What ended is not begun again by publishing; its organizer can take the end back.
package struct LiveShow: Equatable, Sendable {
    package let schedule: Int64
    package let concert: Int64
    package let seller: Int64
    package var startsAt: WallClock
    package var endsAt: WallClock
    package var doorsOpenAt: WallClock
    package var replayUntil: WallClock?
    package var timeZone: String
    /// Of the performance as it is sold: `SCHEDULED`, `CANCELED` and so on.
    package var saleStatus: String
    /// For all to see: its concert is no draft.
    package var isPublic: Bool
    package var live: LiveStatus
    /// When a process last had its publisher.
    var heardAt: WallClock?
    /// Of its windows.
    package var version: Int
    /// Of how far it is.
    var liveVersion: Int

    package enum Input: Equatable, Sendable {
        /// Somebody publishes it, since now or still.
        case published
        /// Nobody does any more.
        case stopped
        /// Time has passed.
        case looked
        /// Its organizer says that it is over.
        case ended
        /// Its organizer says that it is not.
        case reopened
    }

    package enum Outcome: Equatable, Sendable {
        case unchanged
        /// Worth remembering, and nothing to tell.
        case heard
        case changed
        /// It is not of a state in which this can be.
        case impossible
    }

    package var isCanceled: Bool { self.saleStatus == "CANCELED" }

    /// It goes on, with a publisher or without, and was not to have ended yet.
    package func isAwaited(at now: WallClock) -> Bool { self.live.state == .live && now < self.endsAt }

    /// Whichever of two is read later is not less.
    var revision: Int { self.version + self.liveVersion }

    // MARK: What becomes of it

    package mutating func apply(_ input: Input, at now: WallClock, _ limits: LiveLimits) -> Outcome {
        switch self.live.state {
        case .scheduled: self.applyBefore(input, at: now)
        case .live: self.applyDuring(input, at: now, limits)
        case .ended: self.applyAfter(input, at: now, limits)
        }
    }

    private mutating func applyBefore(_ input: Input, at now: WallClock) -> Outcome {
        switch input {
        case .published:
            guard !self.isCanceled, now >= self.doorsOpenAt else { return .unchanged }
            self.live = LiveStatus(state: .live, startedAt: now)
            self.heardAt = now
            return .changed
        case .stopped, .looked: return .unchanged
        case .ended, .reopened: return .impossible
        }
    }

    private mutating func applyDuring(_ input: Input, at now: WallClock, _ limits: LiveLimits) -> Outcome {
        switch input {
        case .published:
            let wasInterrupted = self.live.interruptedAt != nil
            self.live.interruptedAt = nil
            self.heardAt = now
            return wasInterrupted ? .changed : .heard
        case .stopped: return self.interrupt(at: now)
        case .looked: return self.look(at: now, limits)
        case .ended: return self.end(at: now)
        case .reopened: return .unchanged
        }
    }

    private mutating func applyAfter(_ input: Input, at now: WallClock, _ limits: LiveLimits) -> Outcome {
        switch input {
        case .published, .stopped, .looked, .ended: return .unchanged
        case .reopened:
            guard !self.isCanceled, now < self.keyUntil(limits) else { return .impossible }
            self.live = LiveStatus(state: .live, startedAt: self.live.startedAt, interruptedAt: now)
            return .changed
        }
    }

    private mutating func interrupt(at time: WallClock) -> Outcome {
        guard self.live.interruptedAt == nil else { return .unchanged }
        self.live.interruptedAt = time
        return .changed
    }

    private mutating func look(at now: WallClock, _ limits: LiveLimits) -> Outcome {
        if self.isCanceled { return self.end(at: now) }
        guard let interruptedAt = self.live.interruptedAt else {
            let heardAt = self.heardAt ?? now
            // Since now: its publisher may only just have a process again that it can come back to.
            return heardAt.adding(limits.silenceTime) <= now ? self.interrupt(at: now) : .unchanged
        }
        let isGone = interruptedAt.adding(limits.publisherGraceTime) <= now
        return isGone && self.endsAt <= now ? self.end(at: now) : .unchanged
    }

    private mutating func end(at now: WallClock) -> Outcome {
        self.live = LiveStatus(state: .ended, startedAt: self.live.startedAt, endedAt: now)
        return .changed
    }

    // MARK: Windows

    /// From when on a stream key opens its stream.
    package func keyFrom(_ limits: LiveLimits) -> WallClock {
        self.doorsOpenAt.adding(.nanoseconds(-limits.rehearsalTime.nanoseconds))
    }

    package func keyUntil(_ limits: LiveLimits) -> WallClock { self.endsAt.adding(limits.overtime) }
}
