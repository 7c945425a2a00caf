package import Observability
internal import Postgres
internal import Primitives

/// Turns requests for mail into mails, and gives mails out of the house: at least once each, as the database says.
///
/// Works in rounds that whoever starts the process calls, one after the other; several processes may do so at once.
package final class MailRelay: Sendable {
    private let members: Members
    private let transport: any MailTransport
    private let sender: String
    /// Where links lead: configured, never taken from a request.
    private let publicURL: String
    private let log: Log

    package init(members: Members, transport: any MailTransport, sender: String, publicURL: String, log: Log) {
        self.members = members
        self.transport = transport
        self.sender = sender
        self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        self.log = log
    }

    /// Deals with some requests and sends some mails. True when there may be more.
    package func work() async throws -> Bool {
        let countMax = self.members.mailLimits.batchCountMax
        let requestCount = try await self.answerRequests(countMax)
        let mailCount = try await self.send(countMax)
        return requestCount == countMax || mailCount == countMax
    }

    /// Throws away what is of no use any more.
    package func sweep() async throws {
        let database = self.members.database
        _ = try await database.run(MailStatements.giveUp)
        try await database.sweep(MailStatements.sweep)
        try await database.sweep(MailStatements.sweepLinks)
    }

    // MARK: Requests

    private func answerRequests(_ countMax: Int) async throws -> Int {
        try await self.members.database.transaction("mail_requests") { transaction in
            let rows = try await transaction.run(MailStatements.takeRequests, countMax)
            for row in rows {
                guard let kind = MailKind(rawValue: try row.get(0)) else { continue }
                try await self.answer(kind, try row.get(1), in: transaction)
            }
            return rows.count
        }
    }

    /// Nothing happens where there is no account, when its address is proved already, when a link was just sent, or
    /// there are enough of them; nor where the account cannot be read, which keeps no other from his mail.
    private func answer(
        _ kind: MailKind, _ indexes: [[UInt8]], in transaction: PostgresTransaction
    ) async throws {
        let limits = self.members.mailLimits
        let rows = try await transaction.run(
            MailStatements.recipient, indexes, kind.rawValue, limits.linkCountMax,
            SignIns.seconds(limits.linkPauseTime))
        guard let row = rows.first else { return }
        if kind == .verify, try row.get(5, as: Bool.self) { return }
        let (member, dataKey): (Int64, [UInt8]) = (try row.get(0), try row.get(1))
        let (email, name, index): ([UInt8]?, [UInt8], [UInt8]) = (try row.get(2), try row.get(3), try row.get(4))
        let person: (key: DataKey, name: String, email: String)
        do throws(PersonalDataError) {
            person = try self.members.vault.person(member, dataKey: dataKey, name: name, email: email)
        } catch {
            self.members.metrics.noteUnreadable("member", of: member)
            return
        }
        guard let address = EmailAddress(person.email) else { return }
        let token = LinkToken()
        _ = try await transaction.run(
            MailStatements.addLink, token.hash, member, kind.rawValue, index, SignIns.seconds(limits.linkTime))
        try await self.members.notices.queue(
            kind, MailContent(address: address, name: person.name, detail: token.text.reveal()), member: member,
            key: person.key, goodFor: limits.linkTime, in: transaction)
    }

    // MARK: Mails

    private func send(_ countMax: Int) async throws -> Int {
        let limits = self.members.mailLimits
        let database = self.members.database
        let rows = try await database.run(MailStatements.take, countMax, SignIns.seconds(limits.retryTimeMax))
        for row in rows {
            let id: Int64 = try row.get(0)
            let attemptCount: Int32 = try row.get(4)
            guard let mail = try self.message(row) else {
                self.members.metrics.mails.add("unreadable", loop: nil)
                self.log.error("mail unreadable", ["mail": .number(Int(id))])
                _ = try await database.run(MailStatements.sent, id)
                continue
            }
            do {
                try await self.transport.send(mail)
                _ = try await database.run(MailStatements.sent, id)
                self.members.metrics.mails.add("sent", loop: nil)
            } catch {
                self.members.metrics.mails.add("failed", loop: nil)
                let doubled = SignIns.seconds(limits.retryTime) << Int(min(max(attemptCount, 1), 16) - 1)
                self.log.warning(
                    "mail not sent", ["mail": .number(Int(id)), "attempts": .number(Int(attemptCount))])
                _ = try await database.run(
                    MailStatements.failed, id, min(doubled, SignIns.seconds(limits.retryTimeMax)))
            }
        }
        return rows.count
    }

    /// Nil when the content cannot be read.
    private func message(_ row: PostgresRow) throws -> MailMessage? {
        let id: Int64 = try row.get(0)
        let member: Int64 = try row.get(1)
        guard let kind = MailKind(rawValue: try row.get(2)), let sealed = try row.get(3, as: [UInt8]?.self) else {
            return nil
        }
        let content: MailContent
        do throws(PersonalDataError) {
            let vault = self.members.vault
            let key = try vault.unwrap(Self.bytes(row, 5), member: member)
            let text = try vault.open(sealed, with: key, table: "mail", column: "content_sealed", row: id)
            guard let read = MailContent(text) else { return nil }
            content = read
        } catch {
            return nil
        }
        let detail = kind.path.map { "\(self.publicURL)\($0)#\(content.detail)" } ?? content.detail
        let minuteCount = SignIns.seconds(self.members.mailLimits.linkTime) / 60
        let words = MailText(kind, name: content.name, detail: detail, minuteCount: minuteCount)
        return MailMessage(
            id: id, kind: kind, sender: self.sender, recipient: content.address, subject: words.subject,
            text: words.text, date: .now)
    }

    private static func bytes(_ row: PostgresRow, _ column: Int) throws(PersonalDataError) -> [UInt8] {
        do {
            return try row.get(column)
        } catch {
            throw .damaged
        }
    }
}
