internal import Postgres
internal import Primitives

/// A row of `SessionStatements.lock`: a session, its member, and the time.
struct FoundSession: Sendable {
    let state: SessionState
    let now: WallClock
    let member: Int64
    let role: MemberRole
    let isActive: Bool
    /// The member's epoch now.
    let epoch: Int32
    /// The session is of that epoch: the password was not changed since it began, nor anything else that ends sessions.
    let isCurrent: Bool

    init(_ row: PostgresRow) throws {
        self.state = SessionState(
            generation: try row.get(0), tokenHash: try row.get(1), previousHash: try row.get(2),
            rotatedAt: WallClock(unixMilliseconds: try row.get(3)), rotatedFor: try row.get(4),
            repeatCount: try row.get(5),
            expiresAt: WallClock(unixMilliseconds: try row.get(6)),
            isRevoked: try row.get(7))
        self.now = WallClock(unixMilliseconds: try row.get(8))
        self.member = try row.get(9)
        self.role = try MemberRole(stored: row.get(10))
        self.isActive = try row.get(11, as: String.self) == "ACTIVE"
        self.epoch = try row.get(12)
        self.isCurrent = try row.get(13, as: Int32.self) == self.epoch
    }
}
