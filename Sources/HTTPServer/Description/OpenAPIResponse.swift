/// One status of an operation, with everything that is answered with it.
struct OpenAPIResponse: Sendable {
    let status: HTTPStatus
    /// The answer when all is well; nil for problems.
    private(set) var answer: HTTPAnswerDescription?
    /// Codes of problems.
    private(set) var codes: [String] = []
    private(set) var saysWhenToRetry = false
    /// The protocol itself may answer so too, in plain text, before a route has the request.
    private(set) var isOfProtocol = false
    /// Told of in the components, the same for all operations.
    private(set) var isShared = false

    /// What any route may answer, whoever asks: the protocol's refusals, and the trouble of a server.
    static let shared: [OpenAPIResponse] = [
        OpenAPIResponse(.requestTimeout), OpenAPIResponse(.contentTooLarge), OpenAPIResponse(.uriTooLong),
        OpenAPIResponse(.expectationFailed), OpenAPIResponse(.headerFieldsTooLarge),
        OpenAPIResponse(shared: HTTPProblemDescription(.internalServerError, "internal-error")),
        OpenAPIResponse(shared: HTTPProblemDescription(.serviceUnavailable, "overloaded", saysWhenToRetry: true)),
    ]

    /// A refusal of the protocol, which has no code.
    private init(_ status: HTTPStatus) {
        self.status = status
        self.isOfProtocol = true
        self.isShared = true
    }

    private init(shared problem: HTTPProblemDescription) {
        self.init(problem)
        self.isOfProtocol = true
        self.isShared = true
    }

    private init(_ problem: HTTPProblemDescription) {
        self.status = problem.status
        self.add(problem)
    }

    private init(_ answer: HTTPAnswerDescription) {
        self.status = answer.status
        self.answer = answer
    }

    private mutating func add(_ problem: HTTPProblemDescription) {
        self.codes.append(contentsOf: problem.codes.filter { !self.codes.contains($0) })
        self.saysWhenToRetry = self.saysWhenToRetry || problem.saysWhenToRetry
        self.isShared = false
    }

    /// Of an operation, by status.
    static func all(
        of description: HTTPRouteDescription, access: HTTPAccess, hasParameters: Bool, info: OpenAPIInfo
    ) -> [OpenAPIResponse] {
        let repeats = !description.options.isDisjoint(with: [.idempotencyKey, .idempotencyKeyRequired])
        var responses = description.answers.map { OpenAPIResponse(repeats ? $0.repeatable : $0) }
        if description.options.contains(.conditional) {
            responses.append(OpenAPIResponse(HTTPAnswerDescription(.notModified, "What the client has is still true.")))
        }
        responses.append(contentsOf: self.shared)
        var problems = self.problems(ofInput: description, hasParameters: hasParameters)
        if access != .anyone { problems.append(info.unauthenticated) }
        if access == .seller || access == .manager { problems.append(info.forbidden) }
        for problem in problems + description.problems {
            if let index = responses.firstIndex(where: { $0.status == problem.status }) {
                responses[index].add(problem)
            } else {
                responses.append(OpenAPIResponse(problem))
            }
        }
        for index in responses.indices where responses[index].status == .badRequest {
            responses[index].isOfProtocol = true
        }
        return responses.sorted { $0.status.code < $1.status.code }
    }

    /// What may be wrong with a request of this shape, whatever the route does with it.
    private static func problems(
        ofInput description: HTTPRouteDescription, hasParameters: Bool
    ) -> [HTTPProblemDescription] {
        var problems = [HTTPProblemDescription(.badRequest, "path-invalid")]
        if hasParameters { problems.append(HTTPProblemDescription(.notFound, "not-found")) }
        if description.body != nil {
            problems += [
                HTTPProblemDescription(.badRequest, "json-invalid", "invalid-request"),
                HTTPProblemDescription(.contentTooLarge, "json-invalid"),
                HTTPProblemDescription(.unsupportedMediaType, "content-type-not-json"),
            ]
        }
        if description.parameters.contains(where: { $0.place == .query }) || description.options.contains(.pages) {
            problems.append(HTTPProblemDescription(.badRequest, "invalid-request"))
        }
        if description.options.contains(.pages) {
            problems.append(HTTPProblemDescription(.badRequest, "invalid-cursor"))
        }
        if !description.options.isDisjoint(with: [.idempotencyKey, .idempotencyKeyRequired]) {
            problems += [
                HTTPProblemDescription(.badRequest, "idempotency-key-invalid"),
                HTTPProblemDescription(.conflict, "idempotency-in-progress", saysWhenToRetry: true),
                HTTPProblemDescription(.unprocessableContent, "idempotency-key-reused"),
            ]
            if description.options.contains(.idempotencyKeyRequired) {
                problems.append(HTTPProblemDescription(.badRequest, "idempotency-key-required"))
            }
        }
        return problems
    }
}
