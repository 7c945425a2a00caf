package import Observability
internal import Postgres
internal import Reactor

/// What a demo needs of accounts, beside what the API does with them.
extension Members {
    private static let ownAddress = SocketAddress.Host.v4(0x7f00_0001)

    /// How many members there are, and were, at most `countMax`.
    package func count(upTo countMax: Int) async throws -> Int {
        try await self.database.run(MemberStatements.count, countMax).single()
    }

    /// An account of somebody whose address is proved. Throws `duplicate-email` when the address has one.
    package func create(
        role: MemberRole, name: PersonName, email: EmailAddress, password: Secret<String>
    ) async throws -> Int64 {
        let hash = try await self.passwords.hash(password, from: Self.ownAddress)
        return try await self.create(role: role, name: name, email: email, passwordHash: hash, isEmailVerified: true)
    }

    /// Whether this is the account's password. Unlike signing in it is not limited: nobody outside asks.
    package func isPassword(_ password: Secret<String>, of id: Int64) async throws -> Bool {
        let hash = try await self.row(id).passwordHash
        return try await self.passwords.check(password, against: hash, from: Self.ownAddress) != .wrong
    }
}
