/// Something about a stream that its organizer should know or change. `label` names it for programs.
package struct StreamAdvice: Equatable, Sendable {
    package let label: StaticString
    package let sentence: String

    package init(_ label: StaticString, _ sentence: String) {
        self.label = label
        self.sentence = sentence
    }

    package static func == (left: StreamAdvice, right: StreamAdvice) -> Bool {
        left.label.description == right.label.description && left.sentence == right.sentence
    }
}
