internal import Primitives
internal import Synchronization

/// What was found when rules were last looked at, for whoever asks.
final class RuleFindings: Sendable {
    struct Finding: Equatable, Sendable {
        var name: String
        /// What the rule is about: seats or money.
        var area: String
        /// How much breaks it; nil before it was looked at.
        var count: Int?
        var lookedAt: WallClock?
    }

    private let findings: Mutex<[Finding]>

    init(_ findings: [Finding]) { self.findings = Mutex(findings) }

    var all: [Finding] { self.findings.withLock { $0 } }

    func found(_ count: Int, ofRule index: Int, at now: WallClock = .now) {
        self.findings.withLock { findings in
            guard findings.indices.contains(index) else { return }
            findings[index].count = count
            findings[index].lookedAt = now
        }
    }
}
