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

extension SettingKind where Value == Int {
    /// A part of a whole, `5%` or `2.75%`, in hundredths of a percent.
    static var percentage: Self {
        SettingKind(
            placeholder: "PERCENT",
            parse: { text throws(SettingValueError) in
                guard let points = Self.basisPoints(text) else {
                    throw SettingValueError("\"\(text)\" is not a percentage like 5% or 2.75%, of at most 100%")
                }
                return points
            },
            format: { points in
                let (whole, rest) = points.quotientAndRemainder(dividingBy: 100)
                guard rest > 0 else { return "\(whole)%" }
                let digits = rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)"
                return "\(whole).\(digits)%"
            })
    }

    private static func basisPoints(_ text: String) -> Int? {
        guard text.utf8.last == UInt8(ascii: "%") else { return nil }
        let parts = text.utf8.dropLast().split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = DecimalText.parse(parts[0]), whole <= 100 else { return nil }
        var points = whole * 100
        if parts.count == 2 {
            guard (1...2).contains(parts[1].count), let rest = DecimalText.parse(parts[1]) else { return nil }
            points += parts[1].count == 1 ? rest * 10 : rest
        }
        return points <= 10_000 ? points : nil
    }
}

extension SettingKind where Value == String {
    /// `Asia/Seoul`. Whether there is one of that name the database knows.
    static var timeZone: Self {
        SettingKind(
            placeholder: "ZONE",
            parse: { text throws(SettingValueError) in
                let isName = text.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"),
                        UInt8(ascii: "-"), UInt8(ascii: "+"):
                        true
                    default: false
                    }
                }
                guard isName, (1...64).contains(text.utf8.count) else {
                    throw SettingValueError("\"\(text)\" is no name of a time zone like Asia/Seoul")
                }
                return text
            }, format: { $0 })
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
