/// Why a publish is refused or ended by us. `code` is what the publisher's program reads, `description` what it shows.
package struct PublishRefusal: Equatable, Sendable {
    package enum Code: Sendable {
        /// NetStream.Publish.BadName: the key is unknown or in use.
        case badName
        /// NetStream.Publish.Denied: known, but not now.
        case denied
        /// NetConnection.Connect.Closed: the server ends it.
        case closed
    }

    package let code: Code
    /// The word of a metric and a log line.
    package let label: StaticString
    package let description: String

    package init(_ code: Code, label: StaticString, _ description: String) {
        self.code = code
        self.label = label
        self.description = description
    }

    package static func == (left: PublishRefusal, right: PublishRefusal) -> Bool {
        left.code == right.code && left.label.description == right.label.description
            && left.description == right.description
    }
}
