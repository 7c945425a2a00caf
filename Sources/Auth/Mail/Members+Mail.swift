internal import Postgres
internal import Primitives

extension Members {
    /// Puts a mail that tells something on its way, within the transaction of what it tells of. Nobody is told who has
    /// no address.
    func queueNotice(_ kind: MailKind, to row: MemberRow, in transaction: PostgresTransaction) async throws {
        let profile = try self.profile(row)
        guard let address = EmailAddress(profile.email) else { return }
        let key = try self.vault.unwrap(row.dataKey, member: row.id)
        try await self.queue(
            kind, MailContent(address: address, name: profile.name), member: row.id, key: key,
            goodFor: self.mailLimits.noticeTime, in: transaction)
    }

    /// The content stays sealed under the member's key until it is sent.
    func queue(
        _ kind: MailKind, _ content: MailContent, member: Int64, key: DataKey, goodFor time: TimeAmount,
        in transaction: PostgresTransaction
    ) async throws {
        let id = MemberNumber.random()
        let sealed = self.vault.seal(content.text, with: key, table: "mail", column: "content_sealed", row: id)
        _ = try await transaction.run(
            MailStatements.add, id, member, kind.rawValue, sealed, SignIns.seconds(time))
    }
}
