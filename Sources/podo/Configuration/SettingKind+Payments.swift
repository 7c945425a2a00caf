internal import Observability
internal import Primitives

extension SettingKind where Value == String {
    /// A key that a company gives to the public, as `test_ck_…`.
    static var companyKey: Self {
        SettingKind(
            placeholder: "KEY",
            parse: { text throws(SettingValueError) in
                guard CompanyKey.isKey(text) else { throw SettingValueError("\"\(text)\" \(CompanyKey.rule)") }
                return text
            }, format: { $0 })
    }
}

extension SettingKind where Value == Secret<String> {
    /// A key that a company gives to us alone.
    static var companySecret: Self {
        SettingKind(
            placeholder: "KEY",
            parse: { text throws(SettingValueError) in
                guard CompanyKey.isKey(text) else { throw SettingValueError(withoutValue: CompanyKey.rule) }
                return Secret(text)
            }, format: { $0.reveal() })
    }
}

private enum CompanyKey {
    static let rule = "is no key: letters, digits, - and _, at most 255"

    static func isKey(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

extension Configuration {
    /// Whether nobody pays with real money. By itself where no company is configured and only this machine reaches
    /// Podo: a demonstration works at once, and a shop on the network gives nothing away.
    var usesPaymentSimulator: Bool {
        if let said = self.paymentSimulator { return said }
        return self.tossSecretKey == nil && self.stripeSecretKey == nil && self.publicURL == nil
            && (self.httpListen + self.httpsListen).allSatisfy(\.isLoopback)
    }
}
