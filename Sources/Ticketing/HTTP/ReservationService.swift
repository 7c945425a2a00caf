internal import HTTPServer
internal import Postgres
internal import Primitives
internal import Synchronization

/// Everything that the routes of seats, reservations and tickets work with.
package struct ReservationService: Sendable {
    package let reservations: Reservations
    package let tickets: Tickets
    let gate: any QueueGate
    let signer: TicketSigner
    let blocks: SeatBlocks
    private let concerts = ConcertsOfSchedules()

    package init(reservations: Reservations, tickets: Tickets, gate: any QueueGate, signer: TicketSigner) {
        self.reservations = reservations
        self.tickets = tickets
        self.gate = gate
        self.signer = signer
        self.blocks = SeatBlocks(
            database: reservations.database, maps: reservations.maps, metrics: reservations.metrics)
    }

    var maps: SeatMaps { self.reservations.maps }

    /// Who asks. The router has let only members through to whoever calls this.
    static func member(of request: HTTPRequest) throws(HTTPProblem) -> Int64 {
        guard let caller = request.caller else { throw .internalError }
        return caller.memberID
    }

    /// What is no number is nothing that there is.
    static func id(_ values: HTTPPathParameters, max: Int64 = .max) throws(HTTPProblem) -> Int64 {
        guard let bytes = values.bytes("id"), let number = DecimalText.parse(bytes), number > 0, number <= max else {
            throw .notFound
        }
        return Int64(number)
    }

    /// The concert of a schedule, which never changes; nil when there is no such schedule.
    func concert(of schedule: Int64) async throws -> Int64? {
        if let known = self.concerts.known(schedule) { return known }
        let row = try await self.reservations.database.run(ReservationReadingStatements.concert, schedule).first
        guard let concert = try row?.get(0, as: Int64.self) else { return nil }
        self.concerts.remember(schedule, concert)
        return concert
    }

    /// Nobody but the member may keep it.
    static func uncached(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.fields.append(.cacheControl, "no-store")
        return response
    }
}

/// Which schedule belongs to which concert, for the last of them that were asked for.
private final class ConcertsOfSchedules: Sendable {
    /// Beyond it all are forgotten, and asked for again.
    private static let countMax = 10_000

    private let concerts = Mutex<[Int64: Int64]>([:])

    func known(_ schedule: Int64) -> Int64? { self.concerts.withLock { $0[schedule] } }

    func remember(_ schedule: Int64, _ concert: Int64) {
        self.concerts.withLock { concerts in
            if concerts.count >= Self.countMax { concerts = [:] }
            concerts[schedule] = concert
        }
    }
}
