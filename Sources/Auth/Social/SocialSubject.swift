/// How a provider names somebody, for ever and to us: 1 to 255 printable ASCII characters (OpenID Connect Core 1.0 §2).
package struct SocialSubject: Hashable, Sendable {
    package static let byteCountMax = 255

    package let text: String

    package init?(_ text: String?) {
        guard let text, (1...Self.byteCountMax).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { return nil }
        self.text = text
    }
}

/// It is personal, so nothing shows it by accident.
extension SocialSubject: CustomStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
