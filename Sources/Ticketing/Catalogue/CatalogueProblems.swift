internal import HTTPServer
internal import Postgres

/// What clients of the catalogue are told, by the codes of the API.
enum CatalogueProblems {
    static let forbidden = HTTPProblem(
        .forbidden, code: "forbidden", detail: "Only the seller, an ADMIN of the seller's team or a manager may.")
    static let versionMismatch = HTTPProblem(
        .preconditionFailed, code: "version-mismatch", detail: "It was changed meanwhile. Look at it and try again.")
    static let cursorInvalid = HTTPProblem(.badRequest, code: "invalid-cursor")
    static let stageInUse = HTTPProblem(
        .conflict, code: "venue-in-use", detail: "There are concerts on this stage.")
    static let scheduleOverlap = HTTPProblem(
        .conflict, code: "schedule-overlap", detail: "The stage shows something else at that time.")
    static let teamFull = HTTPProblem(
        .conflict, code: "team-limit", detail: "A team has at most \(CatalogueLimits.teamCountMax) members.")
    static let busy: HTTPProblem = {
        var problem = HTTPProblem(.serviceUnavailable, code: "overloaded")
        problem.fields.append(.retryAfter, 1)
        return problem
    }()

    static func invalid(_ place: String, _ code: StaticString, _ detail: String) -> HTTPProblem {
        HTTPProblem(.badRequest, code: "invalid-request", fieldErrors: [.init(place, code, detail)])
    }

    static func state(_ detail: String) -> HTTPProblem { HTTPProblem(.conflict, code: "invalid-state", detail: detail) }

    /// 503 with a time to come again where that may help; otherwise it is a mistake of ours.
    static func told(of error: PostgresError) -> HTTPProblem {
        switch error.code {
        case .exclusionViolation(constraint: "schedule_alone"): return self.scheduleOverlap
        case .checkViolation(constraint: "concert_sale_window"):
            return self.invalid("saleClosesAt", "out-of-range", "after the sale opens")
        case .overloaded, .timedOut, .conflict, .lockNotAvailable: return self.busy
        default: break
        }
        guard error.isTemporary else { return .internalError }
        var problem = HTTPProblem(.serviceUnavailable, code: "database-unavailable")
        problem.fields.append(.retryAfter, 3)
        return problem
    }
}
