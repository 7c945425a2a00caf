internal import Observability

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
    /// What is wrong between settings of payments: each of them would otherwise be found when somebody pays.
    func paymentContradictions() -> [Contradiction] {
        var found: [Contradiction] = []
        func add(_ name: String, _ reason: String) { found.append(Contradiction(name: name, reason: reason)) }
        let companies = [("toss-secret-key", self.tossSecretKey), ("stripe-secret-key", self.stripeSecretKey)]
            .compactMap { $0.1 == nil ? nil : $0.0 }
        if self.paymentSimulator, let company = companies.first {
            add("payment-simulator", "is true and \(company) is set: tickets would be free beside a real company")
        }
        if let company = companies.first, self.publicURL == nil {
            add(company, "needs public-url: buyers come back there, and webhooks are sent there")
        }
        if self.tossClientKey != nil, self.tossSecretKey == nil {
            add("toss-client-key", "toss-secret-key is not set, and both are needed")
        }
        if self.stripePublishableKey != nil, self.stripeSecretKey == nil {
            add("stripe-publishable-key", "stripe-secret-key is not set, and both are needed")
        }
        if self.stripeSecretKey != nil, self.stripePublishableKey == nil {
            add("stripe-secret-key", "stripe-publishable-key is not set, and both are needed")
        }
        if self.stripeSecretKey != nil, self.stripeWebhookSecret == nil {
            add("stripe-secret-key", "stripe-webhook-secret is not set: no webhook of Stripe could be believed")
        }
        if self.stripeWebhookSecret != nil, self.stripeSecretKey == nil {
            add("stripe-webhook-secret", "stripe-secret-key is not set, and both are needed")
        }
        return found
    }
}
