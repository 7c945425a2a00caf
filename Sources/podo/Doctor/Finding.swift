/// What one check of `podo doctor` found.
struct Finding: Equatable {
    enum Verdict: String {
        case ok
        /// Podo runs, but not as well as it could, or not for long.
        case warn
        /// Podo does not start, or does not do what it is configured for.
        case fail
    }

    let verdict: Verdict
    let subject: String
    /// What is there; and when it is not well, what to do.
    let detail: String

    init(_ verdict: Verdict, _ subject: String, _ detail: String) {
        self.verdict = verdict
        self.subject = subject
        self.detail = detail
    }
}
