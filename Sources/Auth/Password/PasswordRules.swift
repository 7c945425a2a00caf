package import Observability

/// Which passwords are taken: long ones. No classes of characters are demanded, which makes people write `Password1!`;
/// what everybody tries first is refused.
///
/// A password is its bytes, as they came: nothing is trimmed, cut or folded.
package enum PasswordRules {
    package static let lengthMin = 8
    package static let lengthMax = 128

    /// Why a password is not taken; the raw value is the stable code of a field error.
    package enum Weakness: Error, Equatable, Sendable {
        case tooShort
        case tooLong
        case tooCommon
        case tooPersonal

        package var code: StaticString {
            switch self {
            case .tooShort: "too-short"
            case .tooLong: "too-long"
            case .tooCommon: "too-common"
            case .tooPersonal: "too-personal"
            }
        }

        package var detail: String {
            switch self {
            case .tooShort: "at least \(PasswordRules.lengthMin) characters"
            case .tooLong: "at most \(PasswordRules.lengthMax) characters"
            case .tooCommon: "this is among the first that anybody tries; several words in a row are better"
            case .tooPersonal: "this is made of the address or the name of the account"
            }
        }
    }

    /// `personal` is what others know of the account: its address, its name.
    package static func weakness(of password: Secret<String>, personal: [String]) -> Weakness? {
        let scalars = Array(password.reveal().unicodeScalars)
        guard scalars.count >= self.lengthMin else { return .tooShort }
        guard scalars.count <= self.lengthMax else { return .tooLong }
        let folded = self.folded(scalars)
        if self.isRun(scalars) || self.isRepeated(folded) || self.common.contains(self.core(of: folded)) {
            return .tooCommon
        }
        for word in personal {
            let word = self.folded(Array(word.unicodeScalars))
            // What is left beside the word must be a password of its own kind.
            if word.count >= 4, folded.contains(word), folded.count - word.count < 6 { return .tooPersonal }
        }
        return nil
    }

    /// ASCII letters in lower case. Others stay: folding them would be slow on purpose-made input.
    private static func folded(_ scalars: [Unicode.Scalar]) -> String {
        let isUpper = { (scalar: Unicode.Scalar) in scalar >= "A" && scalar <= "Z" }
        let lower = scalars.map { isUpper($0) ? Unicode.Scalar($0.value | 0x20) ?? $0 : $0 }
        return String(String.UnicodeScalarView(lower))
    }

    /// The word in `password123!`: without digits and signs at the end, unless nothing else is left.
    private static func core(of text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        let isLetter = { (scalar: Unicode.Scalar) in (scalar >= "a" && scalar <= "z") || scalar.value > 0x7f }
        guard let last = scalars.lastIndex(where: isLetter), scalars.count - last <= 5 else { return text }
        return String(String.UnicodeScalarView(scalars[...last]))
    }

    /// Each character the one before plus one, minus one, or the same: `12345678`, `hgfedcba`, `aaaaaaaa`.
    private static func isRun(_ scalars: [Unicode.Scalar]) -> Bool {
        let steps = Set(zip(scalars, scalars.dropFirst()).map { Int64($1.value) - Int64($0.value) })
        return steps.count == 1 && steps.allSatisfy { abs($0) <= 1 }
    }

    /// A piece of up to four characters, again and again.
    private static func isRepeated(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        return (1...4).contains { period in
            scalars.indices.dropFirst(period).allSatisfy { scalars[$0] == scalars[$0 - period] }
        }
    }

    /// What is left of the favourites when case and the digits behind them are taken away.
    private static let common: Set<String> = [
        "password", "passwort", "passwd", "passw0rd", "p@ssword", "p@ssw0rd", "qwerty", "qwertyui", "qwertyuiop",
        "qwer", "asdf", "asdfgh", "asdfghjk", "asdfghjkl", "zxcv", "zxcvbn", "zxcvbnm", "letmein", "welcome",
        "iloveyou",
        "sunshine", "princess", "football", "baseball", "superman", "batman", "dragon", "monkey", "master", "admin",
        "administrator", "trustno", "changeme", "computer", "internet", "whatever", "starwars", "abc", "abcd",
        "test", "testtest", "secret", "mypassword", "newpassword", "guest", "default", "login", "podo", "podopodo",
        "ticket", "concert", "korea", "seoul", "dkssud", "dkssudgktpdy", "tkfkdgo", "qlalfqjsgh", "1q2w3e4r",
        "1q2w3e4r5t",
        "q1w2e3r4", "1qaz2wsx", "qazwsx", "qazwsxedc", "zaq12wsx", "12341234", "11223344", "12344321", "87654321",
        "147258369", "123123123", "1234567890", "0123456789", "9876543210", "00000000", "qwe123qwe", "a1b2c3d4",
    ]
}
