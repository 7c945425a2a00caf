internal import Commerce
internal import HTTPServer
internal import Postgres

/// What clients are told of seats and reservations.
enum ReservationProblems {
    static let limit = HTTPProblem(.conflict, code: "purchase-limit")
    static let notOnSale = HTTPProblem(.conflict, code: "not-on-sale")
    static let beingPaid = HTTPProblem(.conflict, code: "payment-in-progress")
    static let sold = HTTPProblem(.conflict, code: "invalid-state", detail: "it is paid: ask for a refund")
    static let notSold = HTTPProblem(.conflict, code: "invalid-state", detail: "not all of these seats are sold")
    private static let mapsFullRetrySeconds = 5
    static let passRequired = HTTPProblem(.forbidden, code: "queue-pass-required")

    /// Names the seats: each by its place in what was asked for, and by its id.
    static func taken(_ seats: [Int32], schedule: Int64, of asked: [Int64]) -> HTTPProblem {
        if seats.isEmpty { return HTTPProblem(.conflict, code: "seat-taken", detail: "no such seats are left") }
        let ids = seats.map { schedule << 20 | Int64($0) }
        return HTTPProblem(
            .conflict, code: "seat-taken", detail: "taken: " + ids.map(String.init).joined(separator: ", "),
            fieldErrors: ids.map { id in
                HTTPProblem.FieldError(
                    pointer: asked.firstIndex(of: id).map { "/seatIds/\($0)" } ?? "/seatIds", code: "seat-taken",
                    detail: String(id))
            })
    }

    /// Seats that there are not, or not together.
    static func invalidSeat(_ field: String) -> HTTPProblem {
        HTTPProblem(
            .badRequest, code: "invalid-seat", detail: "seats of one schedule that exist, each once",
            fieldErrors: [.init(pointer: "/" + field, code: "invalid-seat", detail: "there is no such seat")])
    }

    /// Turns what the database says into what a client is told, and that no other map can be in memory.
    static func guarded<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            throw HTTPProblem.database(error)
        } catch is SeatMapsFull {
            throw HTTPProblem.overloaded(retryAfterSeconds: self.mapsFullRetrySeconds)
        }
    }
}
