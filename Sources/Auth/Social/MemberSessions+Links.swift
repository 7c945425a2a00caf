internal import Postgres

/// Whom accounts belong to by the word of providers.
extension MemberSessions {
    package func requireConnectable(_ member: Int64) async throws {
        try Self.requireConnectable(try await self.members.row(member))
    }

    private static func requireConnectable(_ row: MemberRow) throws(SocialFault) {
        guard row.emailSealed == nil || row.isEmailVerified else { throw .addressNotProved }
    }

    package func connect(_ identity: SocialIdentity, to connecting: SocialMember) async throws {
        let name = AuditEvent.name(connecting.member)
        try await self.members.database.transaction("social_connect", actor: name) { transaction in
            // Sessions that were ended meanwhile were perhaps ended because of whoever has begun this.
            guard let row = try await Self.hold(connecting.member, in: transaction), row.status == "ACTIVE",
                row.epoch == connecting.epoch
            else { throw SocialFault.stateInvalid }
            try Self.requireConnectable(row)
            try await self.link(identity, to: row, by: "member", in: transaction)
        }
    }

    package func join(_ identity: SocialIdentity, by provedEmail: EmailAddress) async throws -> SocialMember? {
        guard let member = try await self.members.find(provedEmail) else { return nil }
        let name = AuditEvent.name(member)
        let epoch = try await self.members.database.transaction("social_join", actor: name) { transaction -> Int32? in
            guard let row = try await Self.hold(member, in: transaction) else { return nil }
            let epoch = row.isEmailVerified ? row.epoch : try await self.takeOver(member, in: transaction)
            try await self.link(
                identity, to: row, by: row.isEmailVerified ? "address" : "address, password cleared", in: transaction)
            return epoch
        }
        guard let epoch else { return nil }
        // Changes nothing where it is the one of before.
        self.signIns.raise(member, to: epoch)
        return SocialMember(member: member, epoch: epoch)
    }

    package func disconnect(_ provider: String, from member: Int64) async throws {
        let name = AuditEvent.name(member)
        let epoch = try await self.members.database.transaction("social_disconnect", actor: name) { transaction in
            guard let row = try await Self.hold(member, in: transaction) else { throw SocialFault.providerUnknown }
            let providers = try await transaction.run(SocialStatements.providers, member)
                .map { try $0.get(0, as: String.self) }
            guard providers.contains(where: { $0.utf8.elementsEqual(provider.utf8) }) else {
                throw SocialFault.providerUnknown
            }
            guard row.passwordHash != nil || providers.count > 1 else { throw SocialFault.lastWay }
            _ = try await transaction.run(SocialStatements.unlink, member, provider)
            // Whoever came in by this provider has sessions, and codes for more.
            guard let raised = try await transaction.run(MemberStatements.nextEpoch, member).first else {
                throw SocialFault.providerUnknown
            }
            let epoch: Int32 = try raised.get(0)
            try await self.members.endSessions(of: member, epoch: epoch, in: transaction)
            try await self.members.notices.tell(.providerDisconnected, provider, to: row, in: transaction)
            try await transaction.note(
                AuditEvent(
                    actor: name, action: "provider-disconnected", subject: name, detail: [("provider", provider)]))
            return epoch
        }
        self.signIns.raise(member, to: epoch)
    }

    // MARK: Helpers

    /// Nobody erases or changes the member until the transaction ends. Nil for whoever is gone.
    private static func hold(_ member: Int64, in transaction: PostgresTransaction) async throws -> MemberRow? {
        try await transaction.run(SocialStatements.holdMember, member).first.map(MemberRow.init)
    }

    /// Ends what a stranger has who signed up with the address of a member, who is held. Returns the new epoch.
    private func takeOver(_ member: Int64, in transaction: PostgresTransaction) async throws -> Int32 {
        guard let row = try await transaction.run(MemberStatements.takeOver, member).first else {
            throw AuthProblems.changedMeanwhile
        }
        let epoch: Int32 = try row.get(0)
        try await self.members.endSessions(of: member, epoch: epoch, in: transaction)
        // Nor does he go on publishing.
        try await self.members.revokeStreamKeys(of: member, in: transaction)
        return epoch
    }

    /// Links what is not linked yet, tells the member, and writes it down, as the last thing that the transaction does.
    private func link(
        _ identity: SocialIdentity, to row: MemberRow, by reason: String, in transaction: PostgresTransaction
    ) async throws {
        let (provider, subject) = (identity.provider, identity.subject.text)
        let added = try await transaction.run(SocialStatements.link, provider, subject, row.id)
        guard added.affectedCount == 1 else {
            let owner: Int64? = try await transaction.run(SocialStatements.member, provider, subject).first?.get(0)
            guard owner == row.id else { throw SocialFault.linkedElsewhere }
            return
        }
        try await self.members.notices.tell(.providerConnected, provider, to: row, in: transaction)
        let name = AuditEvent.name(row.id)
        try await transaction.note(
            AuditEvent(
                actor: name, action: "provider-connected", subject: name,
                detail: [("provider", provider), ("by", reason)]))
    }
}
