internal import HTTPServer

/// A buyer's bank account, as he writes it.
struct RefundAccountInput: JSONDecodable {
    let account: GatewayRefundAccount

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let bank = json.string("bankCode", lengthMin: 1, lengthMax: 16, about: "The bank's code or name.")
        let number = json.string("accountNumber", lengthMin: 1, lengthMax: 20, about: "Digits only.")
        let holder = json.string("holderName", lengthMin: 1, lengthMax: 60, about: "Whose account it is.")
        if let number, !number.utf8.allSatisfy({ (48...57).contains($0) }) {
            json.fail("accountNumber", "invalid", "digits only")
        }
        for (name, text) in [("bankCode", bank), ("holderName", holder)] {
            if let text, text.utf8.contains(where: { $0 < 0x20 }) { json.fail(name, "invalid", "one line") }
        }
        guard let bank, let number, let holder, json.errors.isEmpty else { throw json.failure }
        self.account = GatewayRefundAccount(bankCode: bank, accountNumber: number, holderName: holder)
    }
}
