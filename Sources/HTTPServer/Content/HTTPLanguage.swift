/// The languages Podo speaks to people.
package enum HTTPLanguage: Sendable {
    case english, korean

    package var tag: StaticString { self == .korean ? "ko" : "en" }
}
