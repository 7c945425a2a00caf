internal import Crypto
internal import HTTPServer
package import Observability
internal import Postgres
internal import Primitives
package import Reactor

/// Changing a password, and choosing a new one by a link in a mail; proving an address by such a link.
package final class Passwords: Sendable {
    /// How long signing in by a provider counts in the place of a password.
    private static let recentTime = TimeAmount.seconds(600)

    private let members: Members
    private let signIns: SignIns

    package init(members: Members, signIns: SignIns) {
        self.members = members
        self.signIns = signIns
    }

    // MARK: Changing

    /// By what `confirm` wants. Every session ends; whoever asks has to sign in again too, with what he has just
    /// chosen. Throws what the client is to be told.
    package func change(
        by token: AccessToken, old: Secret<String>?, new: Secret<String>, from address: SocketAddress.Host
    ) async throws {
        let id = token.memberID
        let row = try await self.members.row(id)
        try await self.confirm(old, row, token, from: address)
        try self.look(at: new, row)
        let hash = try await self.members.passwords.hash(new, from: address)
        let name = AuditEvent.name(id)
        let epoch = try await self.members.database.transaction("password_change", actor: name) { transaction in
            let rows = try await transaction.run(
                MemberStatements.changePassword, id, hash, row.passwordHash, token.epoch)
            guard let changed = rows.first else { throw AuthProblems.changedMeanwhile }
            let epoch: Int32 = try changed.get(0)
            try await self.members.endSessions(of: id, epoch: epoch, in: transaction)
            try await self.members.notices.tell(.passwordChanged, to: row, in: transaction)
            try await transaction.note(AuditEvent(actor: name, action: "password-changed", subject: name))
            return epoch
        }
        self.signIns.raise(id, to: epoch)
        self.members.metrics.events.add("password-changed", loop: nil)
    }

    /// For what must not be done with a stolen token alone. Throws `bad-credentials` unless this is the member's
    /// password, and where he has none `sign-in-too-old` unless he has just signed in.
    package func confirm(
        _ password: Secret<String>?, by token: AccessToken, from address: SocketAddress.Host
    ) async throws {
        try await self.confirm(password, try await self.members.row(token.memberID), token, from: address)
    }

    private func confirm(
        _ password: Secret<String>?, _ row: MemberRow, _ token: AccessToken, from address: SocketAddress.Host
    ) async throws {
        guard let hash = row.passwordHash else {
            let recent = try await self.members.database.run(
                MemberStatements.recentSession, token.session, row.id, SignIns.seconds(Self.recentTime))
            guard recent.count == 1 else { throw AuthProblems.signInTooOld }
            return
        }
        guard let password else { throw AuthProblems.badCredentials }
        let email = self.readable(row).flatMap { EmailAddress($0.email) }
        let account = email.map(self.members.vault.index(of:)) ?? Array("\(row.id)".utf8)
        let isRight = try await self.signIns.checkPassword(
            password, of: row.id, against: hash, account: account, from: address)
        guard isRight else { throw AuthProblems.badCredentials }
    }

    // MARK: By mail

    /// Takes down that somebody wants a link for this address. Whether there is an account is looked up later, where
    /// nobody can measure it (`MailRelay`).
    package func forgot(_ email: EmailAddress) async throws {
        _ = try await self.members.database.run(
            MailStatements.request, MailKind.reset.rawValue, self.members.vault.indexes(of: email),
            self.members.mailLimits.requestCountMax)
    }

    /// A new password by a link. The link is used up, every session ends, and the address is proved.
    package func reset(
        _ token: LinkToken, new: Secret<String>, from address: SocketAddress.Host
    ) async throws {
        let database = self.members.database
        // Before the work of a hash: whoever has no link gets none done.
        guard let found = try await database.run(MailStatements.peekLink, token.hash, MailKind.reset.rawValue).first
        else { throw AuthProblems.linkInvalid }
        let id: Int64 = try found.get(0)
        let row = try await self.members.row(id)
        try self.look(at: new, row)
        let hash = try await self.members.passwords.hash(new, from: address)
        let name = AuditEvent.name(id)
        let epoch = try await database.transaction("password_reset", actor: name) { transaction in
            let used = try await transaction.run(MailStatements.useLink, token.hash, MailKind.reset.rawValue)
            guard let link = used.first, try link.get(0, as: Int64.self) == id else { throw AuthProblems.linkInvalid }
            let changed = try await transaction.run(
                MemberStatements.resetPassword, id, hash, try link.get(1, as: [UInt8].self))
            guard let changed = changed.first else { throw AuthProblems.linkInvalid }
            let epoch: Int32 = try changed.get(0)
            try await self.members.endSessions(of: id, epoch: epoch, in: transaction)
            // Whoever had the account until now had not proved that it is his.
            if !row.isEmailVerified { try await self.members.revokeStreamKeys(of: id, in: transaction) }
            try await self.members.notices.tell(.passwordChanged, to: row, in: transaction)
            try await transaction.note(AuditEvent(actor: name, action: "password-reset", subject: name))
            return epoch
        }
        self.signIns.raise(id, to: epoch)
        self.members.metrics.events.add("password-reset", loop: nil)
    }

    /// Proves the address by a link, which only the member himself can use. Somebody who was mailed a link because a
    /// stranger has signed up with his address would otherwise vouch for the stranger's password.
    package func verifyEmail(_ token: LinkToken, as member: Int64) async throws {
        try await self.members.database.transaction("email_verify") { transaction in
            let used = try await transaction.run(MailStatements.useLink, token.hash, MailKind.verify.rawValue)
            guard let link = used.first, try link.get(0, as: Int64.self) == member else {
                throw AuthProblems.linkInvalid
            }
            let rows = try await transaction.run(
                MemberStatements.verifyEmail, member, try link.get(1, as: [UInt8].self))
            guard rows.affectedCount == 1 else { throw AuthProblems.linkInvalid }
            let name = AuditEvent.name(member)
            try await transaction.note(AuditEvent(actor: name, action: "email-verified", subject: name))
        }
        self.members.metrics.events.add("email-verified", loop: nil)
    }

    /// Another mail that proves the address.
    package func sendVerification(to id: Int64) async throws {
        let profile = try await self.members.profile(id)
        guard !profile.isEmailVerified, let email = EmailAddress(profile.email) else { return }
        _ = try await self.members.database.run(
            MailStatements.request, MailKind.verify.rawValue, self.members.vault.indexes(of: email),
            self.members.mailLimits.requestCountMax)
    }

    // MARK: Helpers

    private func look(at password: Secret<String>, _ row: MemberRow) throws {
        let profile = self.readable(row)
        let local = profile.flatMap { EmailAddress($0.email) }.map { String($0.local) }
        let personal = [profile?.name, local].compactMap { $0 }
        if let weakness = PasswordRules.weakness(of: password, personal: personal) {
            throw AuthProblems.weak(weakness, field: "newPassword")
        }
    }

    /// Nil where no key opens it, which keeps nobody from a new password, or from leaving.
    private func readable(_ row: MemberRow) -> MemberProfile? {
        do throws(PersonalDataError) {
            return try self.members.profile(row)
        } catch {
            self.members.metrics.noteUnreadable("member", of: row.id)
            return nil
        }
    }
}
