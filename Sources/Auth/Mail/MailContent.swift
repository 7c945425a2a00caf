internal import Observability

/// What a mail is made from when it is sent: kept sealed until then.
struct MailContent: Equatable, Sendable {
    let address: String
    let name: String
    /// The token of a link, or the name of the provider that it is about.
    let detail: String

    init(address: EmailAddress, name: String, detail: String) {
        self.address = address.text
        self.name = name
        self.detail = detail
    }

    /// Nil when a text is none that `text` made.
    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 3 else { return nil }
        self.address = String(lines[0])
        self.name = String(lines[1])
        self.detail = String(lines[2])
    }

    /// No part holds a line end: addresses, names, tokens and providers have none.
    var text: String { "\(self.address)\n\(self.name)\n\(self.detail)" }
}
