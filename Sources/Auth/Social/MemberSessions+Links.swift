internal import Postgres

/// Whom accounts belong to by the word of providers.
extension MemberSessions {
    package func requireConnectable(_ member: Int64) async throws {
        try Self.requireConnectable(try await self.members.row(member))
    }

    private static func requireConnectable(_ row: MemberRow) throws(SocialFault) {
        guard row.emailSealed == nil || row.isEmailVerified else { throw .addressNotProved }
    }

    package func connect(_ identity: SocialIdentity, to connecting: SocialConnecting) async throws {
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

    package func join(_ identity: SocialIdentity, by provedEmail: EmailAddress) async throws -> Int64? {
        guard let member = try await self.members.find(provedEmail) else { return nil }
        let name = AuditEvent.name(member)
        let (isThere, epoch) = try await self.members.database.transaction("social_join", actor: name) {
            transaction -> (Bool, Int32?) in
            guard let row = try await Self.hold(member, in: transaction) else { return (false, nil) }
            var epoch: Int32?
            if !row.isEmailVerified {
                epoch = try await transaction.run(MemberStatements.takeOver, member).first?.get(0)
                if let epoch { try await self.members.endSessions(of: member, epoch: epoch, in: transaction) }
            }
            try await self.link(
                identity, to: row, by: epoch == nil ? "address" : "address, password cleared", in: transaction)
            return (true, epoch)
        }
        if let epoch { self.signIns.raise(member, to: epoch) }
        return isThere ? member : nil
    }

    package func disconnect(_ provider: String, from member: Int64) async throws {
        let name = AuditEvent.name(member)
        try await self.members.database.transaction("social_disconnect", actor: name) { transaction in
            guard let row = try await Self.hold(member, in: transaction) else { throw SocialFault.providerUnknown }
            let providers = try await transaction.run(SocialStatements.providers, member)
                .map { try $0.get(0, as: String.self) }
            guard providers.contains(where: { $0.utf8.elementsEqual(provider.utf8) }) else {
                throw SocialFault.providerUnknown
            }
            guard row.passwordHash != nil || providers.count > 1 else { throw SocialFault.lastWay }
            _ = try await transaction.run(SocialStatements.unlink, member, provider)
            try await self.members.notices.tell(.providerDisconnected, provider, to: row, in: transaction)
            try await transaction.note(
                AuditEvent(
                    actor: name, action: "provider-disconnected", subject: name, detail: [("provider", provider)]))
        }
    }

    // MARK: Helpers

    /// Nobody erases or changes the member until the transaction ends. Nil for whoever is gone.
    private static func hold(_ member: Int64, in transaction: PostgresTransaction) async throws -> MemberRow? {
        try await transaction.run(SocialStatements.holdMember, member).first.map(MemberRow.init)
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
