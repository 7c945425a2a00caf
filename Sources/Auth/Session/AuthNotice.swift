/// What processes tell each other by NOTIFY, on the channel `auth_news`. Hints without secrets: whoever hears one reads
/// the database, or forgets something.
package enum AuthNotice: Equatable, Sendable {
    /// Access tokens of the member are void unless they are of this epoch or later.
    case epoch(member: Int64, epoch: Int32)
    /// Access tokens of the session are void. Its name, in hexadecimal digits.
    case session(String)
    case streamKey(String)

    package static let channel: StaticString = "auth_news"

    package var text: String {
        switch self {
        case .epoch(let member, let epoch): "e \(member) \(epoch)"
        case .session(let session): "s \(session)"
        case .streamKey(let stream): "k \(stream)"
        }
    }

    /// Nil for what is none: another version of the program may tell more.
    package init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 3).map(String.init)
        guard let first = words.first else { return nil }
        switch (first, words.count) {
        case ("e", 3):
            guard let member = Int64(words[1]), let epoch = Int32(words[2]) else { return nil }
            self = .epoch(member: member, epoch: epoch)
        case ("s", 2): self = .session(words[1])
        case ("k", 2): self = .streamKey(words[1])
        default: return nil
        }
    }
}
