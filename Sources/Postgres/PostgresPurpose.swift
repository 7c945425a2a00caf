/// What connections are kept apart for, so that one kind of work cannot take those of another.
package enum PostgresPurpose: Int, Sendable, CaseIterable {
    /// Somebody waits for the answer: short statements, every loop has connections for them.
    case interactive
    /// Much is read at once, page by page, into memory: beside what others wait for, and not behind what nobody does.
    case bulk
    /// Nobody waits: sweeps, relays, settlement.
    case background
    /// What takes minutes: migrations, COPY.
    case long
    /// Somebody waits for sums of much, seconds: beside all others, of whom nobody may wait for that.
    case reports

    package var label: String {
        switch self {
        case .interactive: "interactive"
        case .bulk: "bulk"
        case .background: "background"
        case .long: "long"
        case .reports: "reports"
        }
    }
}
