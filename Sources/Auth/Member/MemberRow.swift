internal import Postgres
internal import Primitives

/// A row of the table of members, nothing decrypted.
struct MemberRow: Sendable {
    let id: Int64
    let role: MemberRole
    let status: String
    let dataKey: [UInt8]
    let emailSealed: [UInt8]?
    let nameSealed: [UInt8]
    let passwordHash: String?
    let isEmailVerified: Bool
    let epoch: Int32
    let createdAt: WallClock

    /// A row of `MemberStatements.byID`.
    init(_ row: PostgresRow) throws {
        self.id = try row.get(0)
        self.role = try MemberRole(stored: row.get(1))
        self.status = try row.get(2)
        self.dataKey = try row.get(3)
        self.emailSealed = try row.get(4)
        self.nameSealed = try row.get(5)
        self.passwordHash = try row.get(6)
        self.isEmailVerified = try row.get(7)
        self.epoch = try row.get(8)
        self.createdAt = WallClock(unixMilliseconds: try row.get(9))
    }
}

extension MemberRole {
    /// As the database has it.
    init(stored: String) throws {
        guard let role = MemberRole(rawValue: stored) else { throw PersonalDataError.damaged }
        self = role
    }
}
