internal import Observability
internal import Primitives
internal import Reactor

/// The one session in which the server tells of NOTIFY: does what `ListenState` says, and hands messages to whoever
/// listens to their channel.
final class PostgresListener: @unchecked Sendable {
    // SAFETY: everything that changes is touched on the loop only.

    private struct Subscriber {
        weak var notifications: PostgresNotifications?
    }

    private let loop: EventLoop
    private let connector: PostgresConnector
    private let limits: PostgresLimits
    private let log: Log
    private let metrics: PostgresMetrics
    private var state: ListenState
    private var session: PlainSession?
    private var subscribers: [String: [Subscriber]] = [:]
    private var timer: (id: TimerID, time: MonotonicTime)?
    private var random = FastRandom()
    private var isStopped = false

    init(
        loop: EventLoop, connector: PostgresConnector, limits: PostgresLimits, metrics: PostgresMetrics, log: Log
    ) {
        self.loop = loop
        self.connector = connector
        self.limits = limits
        self.metrics = metrics
        self.log = log
        self.state = ListenState(
            pingTime: limits.long.pingTime, answerTime: limits.unacknowledgedTime,
            backoffTimeMin: limits.long.backoffTimeMin, backoffTimeMax: limits.long.backoffTimeMax)
    }

    // MARK: From any thread

    func listen(_ channel: String) -> PostgresNotifications {
        let notifications = PostgresNotifications(channel: channel, countMax: self.limits.notificationCountMax)
        self.loop.executeOnLoop { self.subscribe(notifications) }
        return notifications
    }

    func stop() {
        self.loop.executeOnLoop {
            self.isStopped = true
            self.session?.close()
            for subscriber in self.subscribers.values.joined() { subscriber.notifications?.end() }
            self.subscribers = [:]
        }
    }

    // MARK: On the loop

    private func subscribe(_ notifications: PostgresNotifications) {
        if self.isStopped { return notifications.end() }
        let channel = notifications.channel
        self.subscribers[channel, default: []].removeAll { $0.notifications?.isEnded ?? true }
        self.subscribers[channel, default: []].append(Subscriber(notifications: notifications))
        if self.state.want(channel) { notifications.push(.resynchronize) }
        self.proceed()
    }

    private func proceed() {
        while !self.isStopped, let action = self.state.next(now: self.loop.now) {
            switch action {
            case .connect: self.connect()
            case .listen(let channels):
                // Names are words of the source; quotes keep their case.
                self.send(channels.map { "LISTEN \"\($0)\"" }.joined(separator: "; "))
            case .ping: self.send("SELECT 1")
            case .giveUp: self.session?.close()
            }
        }
        self.armTimer()
    }

    private func send(_ sql: String) { self.session?.send(sql) }

    private func armTimer() {
        guard !self.isStopped, let next = self.state.nextDeadline else { return }
        if let timer = self.timer {
            if timer.time <= next { return }
            self.loop.cancel(timer.id)
        }
        let id = self.loop.schedule(at: next) { [weak self] in
            self?.timer = nil
            self?.proceed()
        }
        self.timer = (id, next)
    }

    private func connect() {
        let isQueued = self.connector.connect(.long, limits: self.limits.long) { [self] outcome in
            self.loop.execute { self.connected(outcome) }
        }
        if !isQueued { self.ended() }
    }

    private func connected(_ outcome: PostgresConnector.Outcome) {
        switch outcome {
        case .failed(let reason):
            self.log.warning("database connection failed", ["purpose": "listen", "reason": .text(reason)])
            self.ended()
        case .session(let session):
            if self.isStopped { return }
            let session = PlainSession(raw: session.take(), loop: self.loop, owner: self)
            self.session = session
            guard session.start() else { return session.close() }
            self.state.connected(now: self.loop.now)
            self.proceed()
        }
    }

    private func ended() {
        self.session = nil
        self.state.ended(now: self.loop.now, chance: Double.random(in: 0..<1, using: &self.random))
        self.armTimer()
    }

    private func tell(_ channel: String, _ notification: PostgresNotification) {
        for subscriber in self.subscribers[channel] ?? [] { subscriber.notifications?.push(notification) }
    }
}

extension PostgresListener: PlainSessionOwner {
    func sessionAnswered(_ session: PlainSession, _ answer: PlainSession.Answer) {
        guard case .done = answer else { return session.close() }
        for channel in self.state.answered(now: self.loop.now) { self.tell(channel, .resynchronize) }
        self.proceed()
    }

    func sessionNotified(_ session: PlainSession, channel: String, payload: String) {
        self.tell(channel, .message(payload))
    }

    func sessionEnded(_ session: PlainSession) {
        if self.session === session { self.ended() }
    }
}
