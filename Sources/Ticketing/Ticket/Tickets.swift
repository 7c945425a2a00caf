internal import HTTPServer
package import Postgres
package import Primitives

/// A ticket as its owner sees it.
package struct Ticket: Equatable, Sendable {
    package let id: Int64
    package let reservation: Int64
    package let seat: SeatID
    /// `ISSUED` or `REVOKED`.
    package let status: String
    /// What the door reads; nobody can guess it.
    package let code: String
    package let issuedAt: WallClock
    /// Grows whenever what was given out before is void.
    package let epoch: Int64
    package let concert: Int64
    package let concertName: String
    package let startsAt: WallClock
    package let grade: String
    package let row: Int32?
    package let column: Int32?
}

/// Whose members are found by address: tickets know none.
package protocol MemberDirectory: Sendable {
    /// Nil when nobody has the address, or may not be given tickets.
    func member(email: String) async throws -> Int64?
}

/// What entitles people to be let in.
package struct Tickets: Sendable {
    private let database: PostgresDatabase
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
        guard ticket.status == "ISSUED" else { throw TicketProblems.notValid }
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

enum TicketProblems {
    static let notValid = HTTPProblem(
        .conflict, code: "invalid-state", detail: "the ticket is void, or the show is over")
    static let nobody = HTTPProblem(
        .unprocessableContent, code: "member-not-found", detail: "nobody here has this address")
    static let own = HTTPProblem(.conflict, code: "invalid-state", detail: "the ticket is yours already")
}

extension Ticket {
    /// Of `TicketStatements.one`.
    init(_ row: PostgresRow) throws(PostgresError) {
        let seat = SeatID(schedule: try row.get(2), number: try row.get(3, as: Int.self))
        guard let seat else { throw PostgresError(.decoding) }
        self.init(
            id: try row.get(0), reservation: try row.get(1), seat: seat, status: try row.get(4), code: try row.get(5),
            issuedAt: try row.get(6, as: PostgresTimestamp.self).wallClock, epoch: try row.get(7),
            concert: try row.get(8), concertName: try row.get(9),
            startsAt: try row.get(10, as: PostgresTimestamp.self).wallClock, grade: try row.get(11),
            row: try row.get(12), column: try row.get(13))
    }
}
