internal import Primitives

/// What a member is told of where he stands.
extension QueueRoom {
    package enum Standing: Equatable, Sendable {
        /// No queue stands before this sale.
        case free
        case soldOut
        /// The sale has not opened; places will be drawn.
        case drawing
        /// Waits; `ahead` have their turn before.
        case waiting(place: Int64, ahead: Int64)
        /// The pointer has passed the place. Whether the turn is still to be had the database knows.
        case due(place: Int64)
        /// No such number was ever given.
        case unknown
    }

    package func standing(of number: Int64) -> Standing {
        guard self.settings.isEnabled else { return .free }
        guard !self.isSoldOut else { return .soldOut }
        guard self.hasOpened else { return .drawing }
        guard let place = self.place(of: number) else { return .unknown }
        return place < self.admitted ? .due(place: place) : .waiting(place: place, ahead: place - self.admitted)
    }

    /// Seconds until so many have been admitted, as far as can be said: by the rate; where the rate is not what holds
    /// them up, by how it went lately.
    package func seconds(ahead: Int64) -> Int64 {
        let rate = max(self.settings.admitPerSecond, 1)
        guard self.active >= self.settings.activeMax, self.recentCount > 0 else { return (ahead + rate - 1) / rate }
        let time = Double(ahead) * Double(self.recentTime) / Double(Self.microsecondsPerSecond)
        return max(Int64((time / Double(self.recentCount)).rounded(.up)), (ahead + rate - 1) / rate)
    }

    /// Until the sale opens, at least 0.
    package func secondsToOpening(now: Int64) -> Int64 {
        max((self.settings.opensAt - now + Self.microsecondsPerSecond - 1) / Self.microsecondsPerSecond, 0)
    }

    // MARK: When to ask again

    /// A tenth of what one still has to wait, a fifth more or less of it, so that members who came together do not ask
    /// together.
    package func pollMilliseconds(seconds: Int64, number: Int64, limits: QueueLimits) -> Int64 {
        let (least, most) = (limits.pollTimeMin.milliseconds, limits.pollTimeMax.milliseconds)
        let time = min(max(min(seconds, most) * 100, least), most)
        return time * 4 / 5 + time * 2 / 5 * self.jitter(of: number) / 1000
    }

    /// Before the opening: soon after it, the more members the more spread out, and now and then until then.
    package func pollMilliseconds(toOpening seconds: Int64, number: Int64, limits: QueueLimits) -> Int64 {
        let most = limits.pollTimeMax.milliseconds
        let time = min(seconds, most) * 1000
        guard time <= most else { return most * 4 / 5 + most / 5 * self.jitter(of: number) / 1000 }
        // Ten thousand in a second.
        let spread = min(limits.pollTimeMin.milliseconds + self.lastNumber / 10, most / 3)
        return time + limits.pollTimeMin.milliseconds + spread * self.jitter(of: number) / 1000
    }

    /// 0 to 999, different for each number and, for one number, at each place of the pointer.
    private func jitter(of number: Int64) -> Int64 {
        var mixed = UInt64(bitPattern: number) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: self.admitted)
        mixed = (mixed ^ (mixed >> 31)) &* 0xBF58_476D_1CE4_E5B9
        return Int64((mixed >> 33) % 1000)
    }
}
