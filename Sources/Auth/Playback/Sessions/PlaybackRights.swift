package import HTTPServer
package import Postgres
package import Primitives

/// What a ticket opens, for whoever knows tickets. Asked in the transaction in which a session begins.
package protocol PlaybackRights: Sendable {
    /// What a member's ticket opens; it stays so until the transaction ends, because a refund waits for that. Nil when
    /// there is no such ticket, or it is another's.
    func right(of ticket: Int64, member: Int64, in transaction: PostgresTransaction) async throws -> PlaybackRight?

    /// Whether a ticket is the member's, whatever became of it.
    func owns(ticket: Int64, member: Int64) async throws -> Bool

    /// Whether there is such a performance, and somebody may see it before all others.
    func mayPreview(schedule: Int64, _ caller: HTTPCaller) async throws -> Bool
}

package struct PlaybackRight: Equatable, Sendable {
    package let schedule: Int64
    /// It was given back.
    package let isRevoked: Bool
    /// From then on nothing is shown any more.
    package let closesAt: WallClock
    /// How many may watch with it at the same time.
    package let sessionCountMax: Int

    package init(schedule: Int64, isRevoked: Bool, closesAt: WallClock, sessionCountMax: Int) {
        self.schedule = schedule
        self.isRevoked = isRevoked
        self.closesAt = closesAt
        self.sessionCountMax = sessionCountMax
    }
}
