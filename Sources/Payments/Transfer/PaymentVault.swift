package import Crypto
internal import Observability

/// Seals what of payments nobody may read in the database: secrets of companies, and bank accounts of buyers.
///
/// What is sealed begins with the number of its key and is bound to payment and column, so that it cannot be moved.
package struct PaymentVault: Sendable {
    enum Column: String {
        case depositSecret = "deposit-secret"
        case refundAccount = "refund-account"
    }

    private let keys: [(number: UInt8, box: AESGCM)]

    /// The key that seals comes first; the others still open. There is at least one.
    package init(keys: [(number: UInt8, key: SecretBytes)]) {
        precondition(!keys.isEmpty, "payments are sealed with a key")
        self.keys = keys.map { ($0.number, AESGCM(key: $0.key)) }
    }

    func seal(_ plain: [UInt8], _ column: Column, of payment: Int64) -> [UInt8] {
        let (number, box) = self.keys[0]
        return [number] + box.seal(plain, additionalData: Self.place(column, payment))
    }

    /// Nil for what is not ours, or of a key that is gone.
    func open(_ sealed: [UInt8], _ column: Column, of payment: Int64) -> [UInt8]? {
        guard let number = sealed.first, let key = self.keys.first(where: { $0.number == number }) else { return nil }
        return key.box.open(Array(sealed.dropFirst()), additionalData: Self.place(column, payment))
    }

    private static func place(_ column: Column, _ payment: Int64) -> [UInt8] {
        Array("payment_transfer \(column.rawValue) \(payment)".utf8)
    }
}
