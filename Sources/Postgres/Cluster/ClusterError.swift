/// Why there is no private PostgreSQL, as one sentence that says what to do.
package struct ClusterError: Error, Equatable {
    package let sentence: String

    package init(_ sentence: String) { self.sentence = sentence }
}
