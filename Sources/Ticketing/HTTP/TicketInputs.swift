internal import HTTPServer

/// To whom a ticket goes.
struct TransferInput: JSONDecodable {
    let email: String

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        guard let email = json.string("email", lengthMin: 3, lengthMax: 254, format: "email") else {
            throw json.failure
        }
        self.email = email
    }
}
