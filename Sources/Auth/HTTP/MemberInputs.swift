internal import HTTPServer
internal import Observability

/// Texts as clients send them. Names that are not asked for are ignored, and nothing is ever stored by a name that a
/// client chose: what can be set is what is read here.
struct SignUpInput: JSONDecodable {
    let signUp: SignUp

    /// The roles that one can give oneself, by the API's words.
    enum RoleType: String, CaseIterable {
        case user = "ROLE_USER"
        case seller = "ROLE_SELLER"
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let name = json.personName("name")
        let email = json.email("email")
        let password = json.password("password", lengthMin: PasswordRules.lengthMin)
        let role = json.choice("roleType", of: RoleType.self, isRequired: false, about: "ROLE_USER by itself.")
        guard let name, let email, let password else { throw json.failure }
        self.signUp = SignUp(name: name, email: email, password: password, isSeller: role == .seller)
    }
}

struct SignInInput: JSONDecodable {
    let email: EmailAddress
    let password: Secret<String>
    let isForPages: Bool

    /// Where the tokens go.
    enum Session: String, CaseIterable {
        /// Into the answer, for programs.
        case token
        /// Into cookies that scripts cannot read, for pages.
        case cookie
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let email = json.email("email")
        let password = json.password("password")
        let session = json.choice(
            "session", of: Session.self, isRequired: false,
            about: "token by itself. With cookie the tokens are set as cookies and are not in the answer.")
        guard let email, let password else { throw json.failure }
        self.email = email
        self.password = password
        self.isForPages = session == .cookie
    }
}

/// Of refresh and sign-out: without a token in it, that of the cookie is meant.
struct RefreshInput: JSONDecodable {
    let refreshToken: Secret<String>?

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.refreshToken = json.string("refreshToken", lengthMax: 128, isRequired: false).map(Secret.init)
    }
}

struct SignOutInput: JSONDecodable {
    let refreshToken: Secret<String>?
    let isEverywhere: Bool

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.refreshToken = json.string("refreshToken", lengthMax: 128, isRequired: false).map(Secret.init)
        self.isEverywhere =
            json.boolean(
                "everywhere", isRequired: false, about: "Ends every session of the member, and voids all access tokens."
            )
            ?? false
    }
}

struct ProfileInput: JSONDecodable {
    let name: PersonName?

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.name = json.personName("name", isRequired: false)
    }
}

struct LeaveInput: JSONDecodable {
    let password: Secret<String>?

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.password = json.password(
            "password", isRequired: false,
            about: "Needed by accounts that have one. Others have signed in within ten minutes.")
    }
}

struct PasswordChangeInput: JSONDecodable {
    let old: Secret<String>?
    let new: Secret<String>

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let old = json.password(
            "currentPassword", isRequired: false,
            about: "Needed by accounts that have one. Others have signed in within ten minutes.")
        let new = json.password("newPassword", lengthMin: PasswordRules.lengthMin)
        guard let new else { throw json.failure }
        self.old = old
        self.new = new
    }
}

struct ForgotInput: JSONDecodable {
    let email: EmailAddress

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        guard let email = json.email("email") else { throw json.failure }
        self.email = email
    }
}

struct ResetInput: JSONDecodable {
    let token: Secret<String>
    let new: Secret<String>

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let token = json.string("token", lengthMax: 128, about: "What stands behind # in the link of the mail.")
        let new = json.password("newPassword", lengthMin: PasswordRules.lengthMin)
        guard let token, let new else { throw json.failure }
        self.token = Secret(token)
        self.new = new
    }
}

struct VerifyInput: JSONDecodable {
    let token: Secret<String>

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        guard let token = json.string("token", lengthMax: 128, about: "What stands behind # in the link of the mail.")
        else { throw json.failure }
        self.token = Secret(token)
    }
}

extension JSONObjectReader {
    func email(_ name: String) -> EmailAddress? {
        guard let text = self.string(name, lengthMax: EmailAddress.byteCountMax, format: "email") else { return nil }
        if let email = EmailAddress(text) { return email }
        self.fail(name, "not-an-address", "an address like kim@example.com, in ASCII")
        return nil
    }

    func personName(_ name: String, isRequired: Bool = true) -> PersonName? {
        guard let text = self.string(name, lengthMin: 1, lengthMax: PersonName.lengthMax, isRequired: isRequired)
        else { return nil }
        if let value = PersonName(text) { return value }
        self.fail(name, "not-a-name", "one line without control characters")
        return nil
    }

    /// `lengthMin` is that of a new password; what is only compared may be anything.
    func password(
        _ name: String, lengthMin: Int = 0, isRequired: Bool = true, about: StaticString = ""
    ) -> Secret<String>? {
        self.string(
            name, lengthMin: lengthMin, lengthMax: PasswordRules.lengthMax, format: "password", isRequired: isRequired,
            about: about
        ).map(Secret.init)
    }
}
