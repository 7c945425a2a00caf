/// What a route does, for those who write programs that call it. Everything that the route itself says (method, path,
/// who may call it) is not said here again.
package struct HTTPRouteDescription: Sendable {
    /// Half a sentence, in English and in Korean.
    package var summary: HTTPWording
    /// What it belongs to: `members`, `concerts`.
    package var tag: String
    /// What else a caller must know, in English and in Korean.
    package var details: HTTPWording?
    /// Parameters of the path without a description are texts.
    package var parameters: [HTTPParameterDescription]
    /// Of the body; nil for routes that take none.
    package var body: JSONSchema?
    /// What it answers when all is well.
    package var answers: [HTTPAnswerDescription]
    /// What it answers when something is not, beyond what every route may (`HTTPAnswerDescription.problem`).
    package var problems: [HTTPProblemDescription]
    package var options: Options

    /// What several routes have in common.
    package struct Options: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Takes `Idempotency-Key`: the same key and body give the same answer once more.
        package static let idempotencyKey = Options(rawValue: 1)
        /// Must be given `Idempotency-Key`.
        package static let idempotencyKeyRequired = Options(rawValue: 2)
        /// A list in pages: takes `cursor` and `limit`.
        package static let pages = Options(rawValue: 4)
        /// Has an entity tag: takes `If-None-Match`, and answers 304.
        package static let conditional = Options(rawValue: 8)
    }

    package init(
        _ summary: String, korean: String, tag: String, details: HTTPWording? = nil,
        parameters: [HTTPParameterDescription] = [], takes body: JSONSchema? = nil,
        answers: [HTTPAnswerDescription], problems: [HTTPProblemDescription] = [], options: Options = []
    ) {
        self.summary = HTTPWording(summary, korean: korean)
        self.tag = tag
        self.details = details
        self.parameters = parameters
        self.body = body
        self.answers = answers
        self.problems = problems
        self.options = options
    }
}

/// The same in two languages.
package struct HTTPWording: Sendable, Equatable {
    package let english: String
    package let korean: String

    package init(_ english: String, korean: String) {
        self.english = english
        self.korean = korean
    }
}

/// One parameter of a route.
package struct HTTPParameterDescription: Sendable {
    package enum Place: String, Sendable {
        case path, query, header
    }

    package let place: Place
    package let name: String
    package let schema: JSONSchema
    package let isRequired: Bool

    /// What stands in the path is always required. `about` is a sentence.
    package init(_ place: Place, _ name: String, _ kind: JSONSchema.Kind, isRequired: Bool = false, about: String = "")
    {
        self.place = place
        self.name = name
        self.schema = JSONSchema(kind, about: about)
        self.isRequired = isRequired || place == .path
    }
}
