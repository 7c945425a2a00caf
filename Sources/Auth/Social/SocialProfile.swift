internal import HTTPServer

/// What a provider says about somebody, as far as it is of use for an account.
struct SocialProfile {
    let email: EmailAddress?
    /// The provider vouches that the address is this person's.
    let isEmailVerified: Bool
    let name: PersonName?

    init(email: EmailAddress?, isEmailVerified: Bool, name: PersonName?) {
        self.email = email
        self.isEmailVerified = email != nil && isEmailVerified
        self.name = name
    }

    /// By the claims of OpenID Connect Core 1.0 §5.1.
    init(standard json: ProviderJSON) {
        // Some providers write the flag as a string.
        let isVerified =
            json.boolean("email_verified") == true || json.string("email_verified", lengthMax: 8) == "true"
        self.init(
            email: Self.email(json["email"]), isEmailVerified: isVerified,
            name: Self.name(json["name"]) ?? Self.name(json["nickname"]) ?? Self.name(json["given_name"]))
    }

    /// By Kakao's `/v2/user/me`, whose number must be the token's subject. An address counts as proved when both of
    /// Kakao's flags say so: valid, which means not given to somebody else meanwhile, and verified.
    init?(kakao json: ProviderJSON, subject: SocialSubject) {
        guard let id = json.integer("id"), "\(id)" == subject.text else { return nil }
        let account = ProviderJSON(json["kakao_account"])
        let isVerified = account?.boolean("is_email_valid") == true && account?.boolean("is_email_verified") == true
        let nickname = ProviderJSON(account?["profile"])?["nickname"] ?? ProviderJSON(json["properties"])?["nickname"]
        self.init(email: Self.email(account?["email"]), isEmailVerified: isVerified, name: Self.name(nickname))
    }

    /// By Naver's `/v1/nid/me`, which is also who somebody is: all lies one level deeper, and an address is what
    /// somebody has typed.
    static func naver(_ json: ProviderJSON) -> (subject: SocialSubject, profile: SocialProfile)? {
        guard json.string("resultcode", lengthMax: 8) == "00", let response = ProviderJSON(json["response"]),
            let subject = SocialSubject(response.string("id", lengthMax: SocialSubject.byteCountMax))
        else { return nil }
        let profile = SocialProfile(
            email: self.email(response["email"]), isEmailVerified: false,
            name: self.name(response["name"]) ?? self.name(response["nickname"]))
        return (subject, profile)
    }

    private static func email(_ value: JSONValue?) -> EmailAddress? {
        if case .string(let text)? = value { EmailAddress(text) } else { nil }
    }

    private static func name(_ value: JSONValue?) -> PersonName? {
        if case .string(let text)? = value { PersonName(text) } else { nil }
    }
}
