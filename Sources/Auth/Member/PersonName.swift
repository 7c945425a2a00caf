/// What somebody wants to be called: one line of 1 to 100 characters, without anything that changes how text around it
/// is read.
package struct PersonName: Hashable, Sendable {
    package static let lengthMax = 100

    package let text: String

    /// Spaces around it are left out; nil when nothing is left or something in it is not to be shown.
    package init?(_ text: String) {
        let scalars = Array(text.unicodeScalars.prefix(Self.lengthMax * 4))
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return nil }
        let trimmed = scalars[first...last]
        guard trimmed.count <= Self.lengthMax, trimmed.allSatisfy(Self.isShown) else { return nil }
        self.text = String(String.UnicodeScalarView(trimmed))
    }

    /// Not control characters, line ends, or the marks that turn the direction of text.
    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
        case .format: return scalar.value == 0x200c || scalar.value == 0x200d
        default: return true
        }
    }
}

/// Nothing shows it by accident: it is personal.
extension PersonName: CustomStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
