internal import HTTPServer
package import Postgres
internal import Primitives

/// What entitles people to be let in.
package struct Tickets: Sendable {
    let database: PostgresDatabase
    private let directory: any MemberDirectory

    package init(database: PostgresDatabase, directory: any MemberDirectory) {
        self.database = database
        self.directory = directory
    }

    /// Newest first, those before a ticket.
    package func list(of member: Int64, before id: Int64, countMax: Int) async throws -> [Ticket] {
        try await self.database.run(TicketStatements.list, member, id, countMax).map { try Ticket($0) }
    }

    /// Nil when there is none, or it is another's.
    package func ticket(_ id: Int64, of member: Int64) async throws -> Ticket? {
        try await self.database.run(TicketStatements.one, id, member).first.map { try Ticket($0) }
    }

    /// Gives it to whoever has the address. What was given out for it before is void. Throws what the client is told.
    package func transfer(_ id: Int64, of member: Int64, toEmail email: String) async throws {
        guard let ticket = try await self.ticket(id, of: member) else { throw HTTPProblem.notFound }
        // Before anybody is looked for: who has nothing to give learns nothing of who is here.
        guard ticket.status == "ISSUED", ticket.endsAt > .now else { throw TicketProblems.notValid }
        guard let heir = try await self.directory.member(email: email) else { throw TicketProblems.nobody }
        guard heir != member else { throw TicketProblems.own }
        let isGiven = try await self.database.transaction("ticket_transfer", actor: "member:\(member)") { transaction in
            _ = try await transaction.run(TicketStatements.lockReservation, id)
            return try await transaction.run(TicketStatements.transfer, id, member, heir).count == 1
        }
        // Refunded or given away meanwhile, or the show is over.
        guard isGiven else { throw TicketProblems.notValid }
    }
}
