internal import Primitives

/// Which channels the server listens to for us, and what to do about the others: the listening without its session.
///
/// One statement is on its way at a time. A session that says nothing for `pingTime` is asked whether it is there, and
/// one that does not answer in `answerTime` is given up. Everything that depends on time or chance is handed in.
struct ListenState {
    enum Action: Equatable {
        case connect
        /// Sent as one statement; `answered` tells when they are listened to.
        case listen([String])
        case ping
        case giveUp
    }

    private enum Link: Equatable {
        case none
        case connecting
        case idle
        /// The channels of the LISTEN that is on its way; none for a ping.
        case busy(since: MonotonicTime, channels: [String])
    }

    let pingTime: TimeAmount
    let answerTime: TimeAmount
    let backoffTimeMin: TimeAmount
    let backoffTimeMax: TimeAmount
    private var link = Link.none
    private var wanted: [String] = []
    private var listened: Set<String> = []
    private var heardTime = MonotonicTime(nanoseconds: 0)
    private var retryTime = MonotonicTime(nanoseconds: .min)
    private var failureCount = 0

    init(
        pingTime: TimeAmount, answerTime: TimeAmount, backoffTimeMin: TimeAmount, backoffTimeMax: TimeAmount
    ) {
        self.pingTime = pingTime
        self.answerTime = answerTime
        self.backoffTimeMin = backoffTimeMin
        self.backoffTimeMax = backoffTimeMax
    }

    /// Whether the channel is listened to already.
    mutating func want(_ channel: String) -> Bool {
        if !self.wanted.contains(channel) { self.wanted.append(channel) }
        return self.listened.contains(channel)
    }

    /// What to do now; nothing when nil.
    mutating func next(now: MonotonicTime) -> Action? {
        switch self.link {
        case .none:
            guard !self.wanted.isEmpty, now >= self.retryTime else { return nil }
            self.link = .connecting
            return .connect
        case .connecting: return nil
        case .idle:
            let missing = self.wanted.filter { !self.listened.contains($0) }
            if missing.isEmpty, now - self.heardTime < self.pingTime { return nil }
            self.link = .busy(since: now, channels: missing)
            return missing.isEmpty ? .ping : .listen(missing)
        case .busy(let since, _): return now - since >= self.answerTime ? .giveUp : nil
        }
    }

    mutating func connected(now: MonotonicTime) {
        self.link = .idle
        self.heardTime = now
        self.failureCount = 0
    }

    /// The statement has succeeded. The channels that are listened to since then.
    mutating func answered(now: MonotonicTime) -> [String] {
        guard case .busy(_, let channels) = self.link else { return [] }
        self.link = .idle
        self.heardTime = now
        self.listened.formUnion(channels)
        return channels
    }

    /// The session has ended, or there was none to be had.
    ///
    /// - Parameter chance: From 0 up to 1; takes up to half of the wait.
    mutating func ended(now: MonotonicTime, chance: Double) {
        self.link = .none
        self.listened = []
        let doublings = Int64(min(self.failureCount, 20))
        self.failureCount += 1
        let time = min(self.backoffTimeMin.nanoseconds << doublings, self.backoffTimeMax.nanoseconds)
        self.retryTime = now + .nanoseconds(time - Int64(Double(time) * 0.5 * chance))
    }

    /// When to look again, if nothing happens before.
    var nextDeadline: MonotonicTime? {
        switch self.link {
        case .none: self.wanted.isEmpty ? nil : self.retryTime
        case .connecting: nil
        case .idle: self.heardTime + self.pingTime
        case .busy(let since, _): since + self.answerTime
        }
    }
}
