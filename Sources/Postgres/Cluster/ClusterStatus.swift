/// How the private PostgreSQL is doing.
package struct ClusterStatus: Sendable, Equatable {
    package enum Phase: String, Sendable {
        /// Not ready yet, or recovering.
        case starting
        case running
        /// It has ended by itself, and is started again in a moment.
        case waiting
        case stopping
        case ended
    }

    package var phase = Phase.starting
    /// The postmaster's.
    package var processID: Int32?
    /// What the server said before it ended by itself; for people.
    package var reason: String?
    /// How often it was started.
    package var startCount = 0

    package init() {}
}
