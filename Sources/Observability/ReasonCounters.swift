/// Counts one kind of thing by reason.
///
/// The reasons are words of the source, a few dozen; the list makes every one visible from the start, at zero. A word
/// that is not in the list counts as `other`, so that nothing can make a new series while the process runs.
package struct ReasonCounters: Sendable {
    private let reasons: [StaticString]
    private let counters: [Counter]
    private let other: Counter

    /// `counter` registers the series of one reason.
    package init(_ reasons: [StaticString], _ counter: (_ reason: String) -> Counter) {
        self.reasons = reasons
        self.counters = reasons.map { counter($0.description) }
        self.other = counter("other")
    }

    package func add(_ reason: StaticString, count: Int = 1, loop: Int?) {
        let index = self.reasons.firstIndex { LogEventName($0) == LogEventName(reason) }
        (index.map { self.counters[$0] } ?? self.other).add(count, loop: loop)
    }
}
