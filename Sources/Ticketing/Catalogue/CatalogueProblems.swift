internal import Commerce
internal import HTTPServer
internal import Postgres

/// What clients of the catalogue are told, by the codes of the API.
enum CatalogueProblems {
    static let forbidden = HTTPProblem(
        .forbidden, code: "forbidden", detail: "Only the seller, an ADMIN of the seller's team or a manager may.")
    static let versionMismatch = HTTPProblem(
        .preconditionFailed, code: "version-mismatch", detail: "It was changed meanwhile. Look at it and try again.")
    static let stageInUse = HTTPProblem(
        .conflict, code: "venue-in-use", detail: "There are concerts on this stage.")
    static let scheduleOverlap = HTTPProblem(
        .conflict, code: "schedule-overlap", detail: "The stage shows something else at that time.")
    static let teamFull = HTTPProblem(
        .conflict, code: "team-limit", detail: "A team has at most \(CatalogueLimits.teamCountMax) members.")
    static let busy = HTTPProblem.overloaded(retryAfterSeconds: 1)

    /// A seller has as much of something as one may have.
    static func sellerFull(_ what: String) -> HTTPProblem {
        HTTPProblem(.conflict, code: "seller-limit", detail: "A seller has at most \(what) at the same time.")
    }

    static func invalid(_ place: String, _ code: StaticString, _ detail: String) -> HTTPProblem {
        HTTPProblem(.badRequest, code: "invalid-request", fieldErrors: [.init(place, code, detail)])
    }

    static func state(_ detail: String) -> HTTPProblem { HTTPProblem(.conflict, code: "invalid-state", detail: detail) }

    /// What rules of the tables mean to whoever broke them, and what all routes tell of the database otherwise.
    static func told(of error: PostgresError) -> HTTPProblem {
        switch error.code {
        case .exclusionViolation(constraint: "schedule_alone"): return self.scheduleOverlap
        case .checkViolation(constraint: "concert_sale_window"):
            return self.invalid("saleClosesAt", "out-of-range", "after the sale opens")
        default: return .database(error)
        }
    }
}
