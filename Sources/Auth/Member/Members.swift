internal import HTTPServer
internal import Observability
package import Postgres
internal import Primitives
package import Reactor

/// Accounts: made, looked at, renamed and erased.
package final class Members: Sendable {
    /// Numbers are drawn again so often when one is taken. It never is.
    private static let drawCountMax = 3

    let database: PostgresDatabase
    let vault: PersonalVault
    let passwords: PasswordWork
    let metrics: AuthMetrics
    private let retention: any RetentionRule
    let mailLimits: MailLimits

    package init(
        database: PostgresDatabase, vault: PersonalVault, passwords: PasswordWork, metrics: AuthMetrics,
        retention: any RetentionRule = NoRetention(), mailLimits: MailLimits = MailLimits()
    ) {
        self.database = database
        self.vault = vault
        self.passwords = passwords
        self.metrics = metrics
        self.retention = retention
        self.mailLimits = mailLimits
    }

    // MARK: Making

    /// A new account, and a mail on its way that proves the address. Throws what the client is to be told.
    package func signUp(_ signUp: SignUp, from address: SocketAddress.Host) async throws -> Int64 {
        let personal = [String(signUp.email.local), signUp.name.text]
        if let weakness = PasswordRules.weakness(of: signUp.password, personal: personal) {
            throw AuthProblems.weak(weakness, field: "password")
        }
        let hash = try await self.passwords.hash(signUp.password, from: address)
        let id = try await self.create(
            role: signUp.role, name: signUp.name, email: signUp.email, passwordHash: hash, isEmailVerified: false)
        self.metrics.events.add("signed-up", loop: nil)
        return id
    }

    /// A new account without further questions: also for tests and demos. Throws `duplicate-email` when the address has
    /// one.
    package func create(
        role: MemberRole, name: PersonName, email: EmailAddress, passwordHash: String?, isEmailVerified: Bool
    ) async throws -> Int64 {
        let id = try await self.make(
            role: role, name: name, email: email, passwordHash: passwordHash, isEmailVerified: isEmailVerified)
        guard let id else { throw AuthProblems.duplicateEmail }
        return id
    }

    /// Somebody has the address, or the identity.
    private struct Taken: Error {}

    /// A new account, which belongs to the identity, if any; nil when that or the address has one.
    func make(
        role: MemberRole, name: PersonName, email: EmailAddress?, passwordHash: String?, isEmailVerified: Bool,
        identity: SocialIdentity? = nil
    ) async throws -> Int64? {
        for _ in 0..<Self.drawCountMax {
            let id = MemberNumber.random()
            let actor = AuditEvent.name(id)
            let (key, wrapped) = self.vault.makeDataKey(member: id)
            let indexes = email.map(self.vault.indexes(of:)) ?? []
            let emailSealed = email.map {
                self.vault.seal($0.text, with: key, table: "member", column: "email_sealed", row: id)
            }
            let nameSealed = self.vault.seal(name.text, with: key, table: "member", column: "name_sealed", row: id)
            do {
                try await self.database.transaction("member_create", actor: actor) { transaction in
                    _ = try await transaction.run(MemberStatements.lockAddress, indexes)
                    let rows = try await transaction.run(
                        MemberStatements.insert, id, role.rawValue, wrapped, emailSealed, indexes.first, nameSealed,
                        passwordHash, Array(indexes.dropFirst()))
                    guard rows.affectedCount == 1 else { throw Taken() }
                    if let index = indexes.first, isEmailVerified {
                        _ = try await transaction.run(MemberStatements.verifyEmail, id, index)
                    } else if email != nil {
                        _ = try await transaction.run(
                            MailStatements.request, MailKind.verify.rawValue, indexes,
                            self.mailLimits.requestCountMax)
                    }
                    if let identity {
                        let linked = try await transaction.run(
                            SocialStatements.link, identity.provider, identity.subject.text, id)
                        guard linked.affectedCount == 1 else { throw Taken() }
                    }
                    let provider = identity.map { [("provider" as StaticString, $0.provider)] } ?? []
                    try await transaction.note(
                        AuditEvent(
                            actor: actor, action: "member-created", subject: actor,
                            detail: [("role", role.rawValue)] + provider))
                }
                return id
            } catch is Taken {
                return nil
            } catch let error as PostgresError {
                switch error.code {
                case .uniqueViolation("member_email"): return nil
                case .uniqueViolation("member_pkey"): continue
                default: throw error
                }
            }
        }
        throw PostgresError(.conflict, statement: MemberStatements.insert.name)
    }

    // MARK: Looking

    /// Throws `not-found` for whoever is gone.
    package func profile(_ id: Int64) async throws -> MemberProfile {
        try self.profile(try await self.row(id))
    }

    func row(_ id: Int64) async throws -> MemberRow {
        let rows = try await self.database.run(MemberStatements.byID, id)
        guard let row = rows.first else { throw HTTPProblem.notFound }
        return try MemberRow(row)
    }

    func profile(_ row: MemberRow) throws(PersonalDataError) -> MemberProfile {
        let person = try self.vault.person(row.id, dataKey: row.dataKey, name: row.nameSealed, email: row.emailSealed)
        return MemberProfile(
            id: row.id, role: row.role, isLocked: row.status != "ACTIVE", name: person.name, email: person.email,
            isEmailVerified: row.isEmailVerified, hasPassword: row.passwordHash != nil, createdAt: row.createdAt)
    }

    /// The number of the account with this address.
    package func find(_ email: EmailAddress) async throws -> Int64? {
        try await self.database.run(MemberStatements.byIndex, self.vault.indexes(of: email)).first?.get(0)
    }

    // MARK: Changing

    package func rename(_ id: Int64, to name: PersonName) async throws -> MemberProfile {
        let row = try await self.row(id)
        let key = try self.vault.unwrap(row.dataKey, member: id)
        let sealed = self.vault.seal(name.text, with: key, table: "member", column: "name_sealed", row: id)
        try await self.database.transaction("member_rename", actor: AuditEvent.name(id)) { transaction in
            let rows = try await transaction.run(MemberStatements.rename, id, sealed, row.dataKey)
            guard rows.affectedCount == 1 else { throw AuthProblems.changedMeanwhile }
        }
        return try await self.profile(id)
    }

    /// Gives somebody another role. All his access tokens are void, for they say the old one.
    package func setRole(_ role: MemberRole, of id: Int64, actor: String) async throws {
        try await self.database.transaction("member_set_role", actor: actor) { transaction in
            let rows = try await transaction.run(MemberStatements.setRole, id, role.rawValue)
            guard let row = rows.first else { throw HTTPProblem.notFound }
            _ = try await transaction.run(
                SessionStatements.tell, AuthNotice.epoch(member: id, epoch: try row.get(0)).text)
            try await transaction.note(
                AuditEvent(
                    actor: actor, action: "role-changed", subject: AuditEvent.name(id),
                    detail: [("role", role.rawValue)]))
        }
        self.metrics.events.add("role-changed", loop: nil)
    }

    // MARK: Going

    /// Erases a member: his key is destroyed, and with it everything that it encrypted. A backup from before has the
    /// key still, wrapped by the root secret: `erasures` says whom to erase again after it was restored. What the law
    /// wants kept is sealed apart first. His number stays, for money and for the log, and leads to nobody.
    package func erase(_ id: Int64, actor: String) async throws -> Int32 {
        let record = self.record(try await self.row(id))
        let epoch = try await self.database.transaction("member_erase", actor: actor) { transaction in
            let rows = try await transaction.run(MemberStatements.erase, id)
            guard let row = rows.first else { throw HTTPProblem.notFound }
            let epoch: Int32 = try row.get(0)
            // After the row is held: whatever he buys now finds nobody, and what he bought before is seen.
            for retention in try await self.retention.retained(of: id, in: transaction) {
                _ = try await transaction.run(
                    MemberStatements.retain, id, retention.reason, retention.dayCount, record)
            }
            for statement in Self.erasing { _ = try await transaction.run(statement, id) }
            try await self.revokeStreamKeys(of: id, in: transaction)
            _ = try await transaction.run(MemberStatements.noteErasure, id)
            _ = try await transaction.run(SessionStatements.tell, AuthNotice.epoch(member: id, epoch: epoch).text)
            try await transaction.note(
                AuditEvent(actor: actor, action: "member-erased", subject: AuditEvent.name(id)))
            return epoch
        }
        self.metrics.events.add("erased", loop: nil)
        return epoch
    }

    /// What is kept where something has to be. What cannot be read can be erased all the same.
    private func record(_ row: MemberRow) -> [UInt8] {
        do throws(PersonalDataError) {
            let profile = try self.profile(row)
            return self.vault.sealRetained("\(profile.name)\n\(profile.email)", member: row.id)
        } catch {
            self.metrics.noteUnreadable("member", of: row.id)
            return self.vault.sealRetained("\n", member: row.id)
        }
    }

    /// What goes with a member.
    private static let erasing = [
        SessionStatements.deleteAll, MailStatements.deleteLinks, MailStatements.deleteAll, FollowStatements.deleteAll,
        PlaybackStatements.forgetDevices,
    ]

    /// Throws away what the law does not want kept any more.
    package func sweep() async throws { _ = try await self.database.run(MemberStatements.dropRetained) }

    /// Everybody who was ever erased: to be kept outside of the database, so that a restored backup can be told.
    package func erasures() async throws -> [Int64] {
        try await self.database.run(MemberStatements.erasures).map { try $0.get(0) }
    }
}
