package import HTTPServer
package import Observability
package import Postgres
internal import Primitives

/// Requests that are made once, however often they are sent: what is in front of the handlers of routes whose
/// description says that they take `Idempotency-Key`.
///
/// A client that got no answer sends its request again with the same key, and gets the answer of the first. The key is
/// taken before the handler runs and the answer kept after it, each in a transaction of its own. Where the process dies
/// between, nobody knows how far the handler came; when the lock is over the next request with the key runs it again,
/// and what it did before must stop it from doing it twice, as it must where there is no key.
package final class Idempotency: Sendable {
    private let store: IdempotencyStore
    private let limits: IdempotencyLimits
    private let metrics: IdempotencyMetrics
    private let log: Log

    package init(
        database: PostgresDatabase, limits: IdempotencyLimits = IdempotencyLimits(), metrics: IdempotencyMetrics,
        log: Log
    ) {
        self.store = IdempotencyStore(database: database, limits: limits)
        self.limits = limits
        self.metrics = metrics
        self.log = log
    }

    /// Throws away answers that are too old to be given again.
    package func sweep() async throws { try await self.store.sweep() }

    /// The same routes; those whose description has the option `idempotencyKey` or `idempotencyKeyRequired` keep what
    /// they answer members by their keys.
    package func guarding(_ routes: [HTTPRoute]) -> [HTTPRoute] {
        routes.map { route in
            guard let options = route.describe?().options,
                !options.isDisjoint(with: [.idempotencyKey, .idempotencyKeyRequired])
            else { return route }
            return self.guarding(route, isRequired: options.contains(.idempotencyKeyRequired))
        }
    }

    private func guarding(_ route: HTTPRoute, isRequired: Bool) -> HTTPRoute {
        precondition(route.access != .anyone, "\(route.label): keys are members'")
        let handle: @Sendable (HTTPRequest, HTTPPathParameters) async throws -> HTTPResponse
        switch route.handler {
        case .concurrent(let concurrent): handle = concurrent
        case .immediate(let immediate): handle = { immediate($0, $1) }
        case .deferred: preconditionFailure("\(route.label): what waits for something to happen changes nothing")
        }
        return route.handled(
            by: .concurrent { request, values in
                guard let caller = request.caller else { throw HTTPProblem.internalError }
                guard let key = try IdempotencyKey(request.fields) else {
                    guard !isRequired else { throw HTTPProblem(.badRequest, code: "idempotency-key-required") }
                    return try await handle(request, values)
                }
                let attempt = IdempotencyRequest(request, on: route, member: caller.memberID, key: key)
                return try await self.answer(attempt, request) { try await handle(request, values) }
            })
    }

    private func answer(
        _ attempt: IdempotencyRequest, _ request: HTTPRequest, _ handle: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        let decision: IdempotencyDecision
        do throws(PostgresError) {
            decision = try await self.store.claim(attempt)
        } catch {
            throw HTTPProblem.database(error)
        }
        switch decision {
        case .run: return try await self.run(attempt, request, handle)
        case .replay(let answer):
            guard let response = answer.response else { throw HTTPProblem.internalError }
            self.metrics.requests.add("replayed", loop: nil)
            return response
        case .inProgress:
            self.metrics.requests.add("in-progress", loop: nil)
            var problem = HTTPProblem(.conflict, code: "idempotency-in-progress")
            problem.fields.append(.retryAfter, 1)
            throw problem
        case .reused:
            self.metrics.requests.add("reused", loop: nil)
            throw HTTPProblem(.unprocessableContent, code: "idempotency-key-reused")
        }
    }

    /// The answer goes out whether or not it could be kept: it is the truth.
    private func run(
        _ attempt: IdempotencyRequest, _ request: HTTPRequest, _ handle: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        let response: HTTPResponse
        var code: String?
        do {
            response = try await handle()
        } catch {
            let problem = HTTPProblem(describing: error)
            code = problem.code.description
            response = problem.response(for: request)
        }
        do throws(PostgresError) {
            guard let answer = StoredAnswer(response, code: code, limits: self.limits) else {
                try await self.store.release(attempt)
                self.metrics.requests.add("released", loop: nil)
                return response
            }
            if answer.body == nil {
                self.metrics.requests.add("cut", loop: nil)
                self.log.error("answer not kept whole", ["route": .text(attempt.route)])
            }
            let isKept = try await self.store.keep(answer, of: attempt)
            self.metrics.requests.add(isKept ? "kept" : "overtaken", loop: nil)
            if !isKept { self.log.warning("request overtaken by its repetition", ["route": .text(attempt.route)]) }
        } catch {
            self.metrics.requests.add("not-kept", loop: nil)
            self.log.warning("answer not kept", ["route": .text(attempt.route), "reason": .text("\(error)")])
        }
        return response
    }
}
