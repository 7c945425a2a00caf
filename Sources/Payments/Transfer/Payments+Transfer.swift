internal import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives

/// Payments by transfer to an account number that a company makes for them: the secret that its word of the deposit
/// comes with, and the account that money goes back to.
extension Payments {
    /// Another way to pay than a payment was begun with needs another attempt: the company knows this one by its own.
    /// False when the attempt was given up for that.
    func choose(
        _ method: GatewayOrder.Method, for payment: PaymentRow, in transaction: PostgresTransaction
    ) async throws -> Bool {
        let isTransfer = method == .virtualAccount
        // What was begun just now was begun in no way yet.
        guard payment.providerKey != nil || isTransfer else { return true }
        let wasTransfer: Bool = try await transaction.run(TransferStatements.isThere, payment.id).single()
        if payment.providerKey != nil, wasTransfer != isTransfer {
            try await self.refuse(payment, "superseded", in: transaction)
            return false
        }
        if isTransfer { _ = try await transaction.run(TransferStatements.begin, payment.id) }
        return true
    }

    /// Keeps what the company's word of the deposit has to come with.
    func keepSecret(
        of snapshot: GatewaySnapshot, for payment: PaymentRow, in transaction: PostgresTransaction
    ) async throws {
        guard let secret = snapshot.deposit?.secret else { return }
        _ = try await transaction.run(
            TransferStatements.keepSecret, payment.id,
            self.vault.seal(Array(secret.reveal().utf8), .depositSecret, of: payment.id))
    }

    /// Nil when the payment has none, or it cannot be read any more.
    func depositSecret(of payment: Int64) async throws -> Secret<String>? {
        guard let row = try await self.database.run(TransferStatements.get, payment).first,
            let sealed = try row.get(0, as: [UInt8]?.self),
            let plain = self.vault.open(sealed, .depositSecret, of: payment)
        else { return nil }
        return Secret(String(decoding: plain, as: UTF8.self))
    }

    // MARK: Where money goes back to

    /// Whether nothing can be given back before somebody says where to.
    func lacksAccount(_ payment: PaymentRow) async throws -> Bool {
        guard payment.deposit != nil else { return false }
        return try await self.refundAccount(of: payment) == nil
    }

    func refundAccount(of payment: PaymentRow) async throws -> GatewayRefundAccount? {
        guard payment.deposit != nil,
            let row = try await self.database.run(TransferStatements.get, payment.id).first,
            let sealed = try row.get(1, as: [UInt8]?.self),
            let plain = self.vault.open(sealed, .refundAccount, of: payment.id)
        else { return nil }
        let parts = String(decoding: plain, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        return GatewayRefundAccount(
            bankCode: String(parts[0]), accountNumber: String(parts[1]), holderName: String(parts[2]))
    }

    /// From here on money of this payment goes back there, and what waited for that is due at once. What a bank refused
    /// for the account before is asked for anew, by another key: the company answers by the old one as it did.
    ///
    /// - Parameter manager: Who was told of it by the buyer, as by telephone.
    func keepAccount(
        _ account: GatewayRefundAccount, for id: Int64, of member: Int64?, by manager: Int64? = nil
    ) async throws {
        guard let payment = try await self.payment(id, of: member) else { throw HTTPProblem.notFound }
        guard payment.deposit != nil else { throw PaymentProblems.refundAccountNotNeeded }
        let text = [account.bankCode, account.accountNumber, account.holderName].joined(separator: "\n")
        let sealed = self.vault.seal(Array(text.utf8), .refundAccount, of: id)
        let actor = (member ?? manager).map { "member:\($0)" } ?? "payments"
        try await self.database.transaction("refund_account", actor: actor) { transaction in
            _ = try await self.lock(id, in: transaction)
            _ = try await transaction.run(TransferStatements.keepAccount, id, sealed)
            // Whose money goes where is a person's word: it is known later whose it was.
            if let manager { try await self.note(payment, "refund-account", ["by": "\(manager)"], in: transaction) }
            for row in try await transaction.run(RefundStatements.lockOfPayment, id) {
                let refund = try RefundRow(row)
                let isForAccount = TossCodes.accountRefusals.contains(refund.failureCode ?? "")
                if refund.status == .failed, isForAccount {
                    _ = try await transaction.run(TransferStatements.askAnew, refund.id, self.newRefundKey())
                } else if refund.status.isOpen {
                    _ = try await transaction.run(TransferStatements.due, refund.id)
                }
            }
        }
    }

    /// Nothing more can go back: what it needed is not kept.
    func forgetTransfer(of payment: PaymentRow, in transaction: PostgresTransaction) async throws {
        guard payment.deposit != nil, payment.state.status == .canceled else { return }
        _ = try await transaction.run(TransferStatements.forgetAccount, payment.id)
    }

    // MARK: Deposits that were none

    /// The bank has taken a deposit back: to our books that is money that went back whole, and what was bought with it
    /// is void.
    func reverseDeposit(
        _ snapshot: GatewaySnapshot, of payment: PaymentRow, in transaction: PostgresTransaction
    ) async throws {
        guard payment.state.hasMoney, let currency = payment.capturedCurrency else { return }
        let left = payment.captured - payment.refunded
        guard left > 0 else { return }
        var books = snapshot
        books.balance = Money(0, currency)
        books.cancels = [
            GatewayCancel(
                key: Self.depositMark + (snapshot.transactionKey ?? snapshot.providerKey),
                amount: Money(left, currency),
                status: .done, at: nil, reason: "The bank took the deposit back.")
        ]
        try await self.adoptRefunds(books, of: payment, in: transaction)
    }

    /// What begins the key of a refund that was a deposit taken back.
    private static let depositMark = "deposit-"

    /// A deposit that was taken back and came after all: what we took for a refund is none any more.
    func returnedDeposits(
        _ snapshot: GatewaySnapshot, of payment: PaymentRow, in transaction: PostgresTransaction
    ) async throws -> [GatewayCancel] {
        guard payment.deposit != nil, snapshot.wasPaid else { return [] }
        return try await transaction.run(RefundStatements.ofPayment, payment.id).map(RefundRow.init)
            .filter { $0.status == .succeeded && ($0.providerKey ?? "").hasPrefix(Self.depositMark) }
            .map { refund in
                GatewayCancel(
                    key: refund.providerKey ?? "", amount: refund.amount, status: .failed, at: nil, reason: nil)
            }
    }
}
