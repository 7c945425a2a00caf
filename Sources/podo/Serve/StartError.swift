/// Why Podo does not start, as one sentence for whoever started it.
struct StartError: Error, Equatable {
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }

    /// A signal came first: that is no failure.
    static let toldToEnd = StartError("told to end before it had started")
}
