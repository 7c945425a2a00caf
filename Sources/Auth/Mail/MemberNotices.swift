internal import Postgres
internal import Primitives

/// Puts mails on their way, within the transaction of what they tell of.
struct MemberNotices: Sendable {
    let vault: PersonalVault
    let limits: MailLimits
    let metrics: AuthMetrics

    /// A mail that tells something; `detail` is what `MailContent` says. Nobody is told who has no address, or whose
    /// address cannot be read: what it is about happens all the same.
    func tell(
        _ kind: MailKind, _ detail: String = "", to row: MemberRow, in transaction: PostgresTransaction
    ) async throws {
        let person: (key: DataKey, name: String, email: String)
        do throws(PersonalDataError) {
            person = try self.vault.person(
                row.id, dataKey: row.dataKey, name: row.nameSealed, email: row.emailSealed)
        } catch {
            self.metrics.noteUnreadable("member", of: row.id)
            return
        }
        guard let address = EmailAddress(person.email) else { return }
        try await self.queue(
            kind, MailContent(address: address, name: person.name, detail: detail), member: row.id, key: person.key,
            goodFor: self.limits.noticeTime, in: transaction)
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

extension Members {
    var notices: MemberNotices {
        MemberNotices(vault: self.vault, limits: self.mailLimits, metrics: self.metrics)
    }
}
