internal import HTTPServer
internal import Observability

/// What clients send.
struct SocialExchangeInput: JSONDecodable {
    let code: Secret<String>
    let isForPages: Bool

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let code = json.string(
            "code", lengthMax: 128, about: "What stands behind #social-code= where the browser has come back to.")
        let session = json.choice(
            "session", of: SignInInput.Session.self, isRequired: false,
            about: "token by itself. With cookie the tokens are set as cookies and are not in the answer.")
        guard let code else { throw json.failure }
        self.code = Secret(code)
        self.isForPages = session == .cookie
    }
}

struct SocialConnectInput: JSONDecodable {
    let password: Secret<String>?
    let returnPath: String?

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.password = json.password(
            "password", isRequired: false,
            about: "Needed by accounts that have one. Others have signed in within ten minutes.")
        self.returnPath = json.string(
            "redirect", lengthMax: SocialReturnPath.byteCountMax, isRequired: false,
            about: "The path of this site where the page goes on; / by itself.")
    }
}

/// What they are answered.
struct SocialDeparture: JSONEncodable {
    let location: String

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in writer.member("location", self.location) }
    }
}

struct SocialProviderList: JSONEncodable {
    private struct Item: JSONEncodable {
        let name: String

        func encode(to writer: inout JSONWriter) { writer.object { writer in writer.member("name", self.name) } }
    }

    let names: [String]

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("items", self.names.map { Item(name: $0) })
            writer.member("nextCursor", String?.none)
        }
    }
}
