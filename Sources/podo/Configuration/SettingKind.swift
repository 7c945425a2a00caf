/// How the text of a setting becomes a value, and how a value is written.
struct SettingKind<Value: Sendable>: Sendable {
    /// Stands for the value in help.
    let placeholder: String
    /// Throws a sentence's second half: what is wrong with the text and what would be right.
    let parse: @Sendable (_ text: String) throws(SettingValueError) -> Value
    /// The text that `parse` reads the same value from.
    let format: @Sendable (Value) -> String
}

/// Why a text is no value of its kind.
struct SettingValueError: Error, Equatable {
    let reason: String
    /// The reason quotes nothing of the text, and may be shown of a secret.
    let isWithoutValue: Bool

    init(_ reason: String) {
        self.reason = reason
        self.isWithoutValue = false
    }

    init(withoutValue reason: String) {
        self.reason = reason
        self.isWithoutValue = true
    }
}
