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

    /// Whether there is such a performance, and somebody may see it before all others. Whoever takes that from him
    /// waits for the lock on the member that the transaction has.
    func mayPreview(
        schedule: Int64, _ caller: HTTPCaller, in transaction: PostgresTransaction
    ) async throws -> Bool
}

package struct PlaybackRight: Equatable, Sendable {
    package let schedule: Int64
    /// It was given back.
    package let isRevoked: Bool
    /// From then on nothing is shown any more, as things are now.
    package let closesAt: WallClock
    /// How many may watch with it at the same time.
    package let sessionCountMax: Int
    package let grant: PlaybackGrant

    package init(
        schedule: Int64, isRevoked: Bool, closesAt: WallClock, sessionCountMax: Int, grant: PlaybackGrant = .everything
    ) {
        self.schedule = schedule
        self.isRevoked = isRevoked
        self.closesAt = closesAt
        self.sessionCountMax = sessionCountMax
        self.grant = grant
    }
}
