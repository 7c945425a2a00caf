/// Why Podo does not start, as one sentence for whoever started it.
struct StartError: Error, Equatable {
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}
