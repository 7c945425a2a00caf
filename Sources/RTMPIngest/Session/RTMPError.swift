/// Why a connection is given up. `label` is the word of a metric; `sentence` is for the log, and says what to do.
package struct RTMPError: Error, Equatable, Sendable {
    package let label: StaticString
    package let sentence: String

    package init(_ label: StaticString, _ sentence: String) {
        self.label = label
        self.sentence = sentence
    }

    package static func == (left: RTMPError, right: RTMPError) -> Bool {
        left.label.description == right.label.description && left.sentence == right.sentence
    }
}
