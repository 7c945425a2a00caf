package import Observability

/// Everything about members that is counted, and what the operator is told of at once.
package struct AuthMetrics: Sendable {
    /// The words that outcomes are counted under.
    static let signInOutcomes: [StaticString] = [
        "signed-in", "wrong", "locked", "changed-meanwhile", "pair", "address", "account", "overloaded", "failed",
    ]
    static let refreshOutcomes: [StaticString] = ["rotated", "repeated", "too-often", "reuse", "over", "unknown"]
    static let mailOutcomes: [StaticString] = ["sent", "failed", "gave-up", "unreadable"]
    static let eventKinds: [StaticString] = [
        "signed-up", "signed-out", "signed-out-everywhere", "password-changed", "password-reset", "email-verified",
        "erased", "role-changed", "locked", "unlocked",
    ]

    let signIns: ReasonCounters
    let refreshes: ReasonCounters
    let mails: ReasonCounters
    let events: ReasonCounters
    let limited: Counter
    let passwordShed: Counter
    let passwordTime: Histogram
    private let unreadable: Counter
    private let twins: Counter
    private let registry: MetricsRegistry
    private let log: Log

    package init(registry: MetricsRegistry, log: Log) {
        self.registry = registry
        self.log = log
        self.unreadable = registry.counter(
            "podo_auth_unreadable_total", help: "Personal data that could not be decrypted when it was needed.")
        self.twins = registry.counter(
            "podo_auth_twins_total", help: "Accounts met whose address has another account.")
        self.signIns = ReasonCounters(Self.signInOutcomes) {
            registry.counter("podo_auth_sign_ins_total", help: "Attempts to sign in.", labels: ["outcome": $0])
        }
        self.refreshes = ReasonCounters(Self.refreshOutcomes) {
            registry.counter("podo_auth_refreshes_total", help: "Refresh tokens offered.", labels: ["outcome": $0])
        }
        self.mails = ReasonCounters(Self.mailOutcomes) {
            registry.counter("podo_auth_mails_total", help: "Attempts to send a mail.", labels: ["outcome": $0])
        }
        self.events = ReasonCounters(Self.eventKinds) {
            registry.counter("podo_auth_events_total", help: "What members did.", labels: ["event": $0])
        }
        self.limited = registry.counter(
            "podo_auth_limited_total", help: "Requests refused because one address asked too often.")
        self.passwordShed = registry.counter(
            "podo_auth_password_shed_total", help: "Passwords not looked at because too many waited.")
        self.passwordTime = registry.histogram(
            "podo_auth_password_seconds", help: "Time to hash a password, waiting apart.")
    }

    /// Personal data of a member that no key opens. Whoever meets it goes on without.
    func noteUnreadable(_ what: StaticString, of member: Int64) {
        self.unreadable.add(loop: nil)
        self.log.error(
            "personal data unreadable", ["what": .text(what.description), "member": .number(Int(member))])
    }

    /// The address of a member has another account, so the new key cannot find both.
    func noteTwin(of member: Int64) {
        self.twins.add(loop: nil)
        self.log.error("address has two accounts", ["member": .number(Int(member))])
    }

    func watchPasswordQueue(_ read: @escaping @Sendable () -> Int) {
        self.registry.sampledGauge("podo_auth_password_queue", help: "Passwords that wait to be hashed.") {
            Double(read())
        }
    }

    package func watch(
        limiterEntries: @escaping @Sendable () -> Int, revocations: @escaping @Sendable () -> Int,
        streamKeys: @escaping @Sendable () -> Int
    ) {
        self.registry.sampledGauge(
            "podo_auth_limiter_entries", help: "What is remembered of attempts to sign in."
        ) { Double(limiterEntries()) }
        self.registry.sampledGauge(
            "podo_auth_revocations", help: "Sessions and members whose access tokens are void before their time."
        ) { Double(revocations()) }
        self.registry.sampledGauge("podo_auth_stream_keys", help: "Stream keys of the database that are in force.") {
            Double(streamKeys())
        }
    }
}
