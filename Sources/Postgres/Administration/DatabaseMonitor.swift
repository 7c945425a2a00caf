internal import CLinux
internal import Glibc
package import Observability
package import Primitives
internal import Reactor
internal import Synchronization

/// Whether the database answers, seen from a connection that does nothing else.
package struct DatabaseHealth: Equatable, Sendable {
    package enum State: String, Sendable {
        case up
        /// It has not answered lately. What needs it fails; streams go on.
        case away
    }

    package var state: State
    package var since: MonotonicTime
    /// Why it is away, for people.
    package var reason: String?

    package init(state: State, since: MonotonicTime, reason: String? = nil) {
        self.state = state
        self.since = since
        self.reason = reason
    }
}

/// Asks the database once a second, on a thread of its own, whether it is there.
package final class DatabaseMonitor: Sendable {
    /// What was heard from the database so far.
    private struct Record {
        var health: DatabaseHealth
        var lastAnswerAt: MonotonicTime
        var isStopped = false
    }

    /// The time between two questions.
    private static let interval = TimeAmount.seconds(1)
    /// How long an answer, and a connection, may take.
    private static let answerTime = TimeAmount.seconds(3)
    /// A thread that is stuck somewhere has nothing to report: silence for this long is an answer, too.
    private static let silenceTime = TimeAmount.seconds(6)

    private let record: Mutex<Record>
    private let url: Secret<String>
    private let log: Log

    /// Begins with a database that has just been there.
    package init(url: Secret<String>, log: Log) {
        self.url = url
        self.log = log
        let now = MonotonicTime.now
        self.record = Mutex(Record(health: DatabaseHealth(state: .up, since: now), lastAnswerAt: now))
        Thread.start { [self] in
            podo_thread_name("pg-monitor")
            self.watch()
        }
    }

    package var health: DatabaseHealth {
        self.record.withLock { record in
            let silentSince = record.lastAnswerAt + Self.silenceTime
            guard record.health.state == .up, MonotonicTime.now > silentSince else { return record.health }
            return DatabaseHealth(state: .away, since: silentSince, reason: "no answer")
        }
    }

    /// The thread ends within a few seconds.
    package func stop() { self.record.withLock { $0.isStopped = true } }

    private var isStopped: Bool { self.record.withLock { $0.isStopped } }

    private func watch() {
        var connection: AdministrationConnection?
        while !self.isStopped {
            do throws(AdministrationError) {
                let current =
                    if let connection {
                        connection
                    } else {
                        try AdministrationConnection(
                            url: self.url, timeMax: Self.answerTime, isCancelled: { self.isStopped })
                    }
                let answer = try current.run("SELECT pg_is_in_recovery()", timeMax: Self.answerTime)
                let isStandby = answer.first == ["t"]
                // Where there are several servers, another one takes writes perhaps.
                connection = isStandby ? nil : current
                self.report(.up, isStandby ? "it takes no writes: it is a standby" : nil)
            } catch {
                connection = nil
                self.report(.away, error.message)
            }
            usleep(UInt32(Self.interval.nanoseconds / 1000))
        }
    }

    private func report(_ answered: DatabaseHealth.State, _ reason: String?) {
        // A server that only reads is as good as none for everything that sells.
        let state: DatabaseHealth.State = reason == nil ? answered : .away
        let now = MonotonicTime.now
        let change: DatabaseHealth? = self.record.withLock { record in
            guard !record.isStopped else { return nil }
            if answered == .up { record.lastAnswerAt = now }
            let before = record.health
            record.health.reason = reason
            guard before.state != state else { return nil }
            record.health = DatabaseHealth(state: state, since: now, reason: reason)
            return before
        }
        guard let change else { return }
        switch state {
        case .up: self.log.info("database back", ["away": .seconds((now - change.since).seconds)])
        case .away: self.log.error("database away", ["reason": .text(reason ?? "no answer")])
        }
    }
}
