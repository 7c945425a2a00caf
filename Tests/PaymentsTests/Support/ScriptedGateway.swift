import Commerce
import HTTPServer
import Postgres
import Primitives
import Synchronization

@testable import Payments

/// A payment company whose books are real and whose answers are what a test wants: the truth, nothing, or a process
/// that dies in the middle.
final class ScriptedGateway: PaymentGateway, PaymentDecider {
    /// What happens to a call.
    enum Fate: Sendable {
        case honest
        /// Nothing happens, and no answer comes.
        case lostBefore
        /// It happens, and no answer comes.
        case lostAfter
        /// It happens, and whoever asked is dead.
        case diesAfter
        /// Whoever asked is dead before anything happens.
        case diesBefore
        case declines
        /// It takes another sum.
        case takes(Int64)
        case deposit
        /// Not yet: a refund that is accepted.
        case pending
    }

    struct Died: Error {}

    struct Entry: Sendable {
        var key: String
        var total: Int64
        var status: GatewaySnapshot.Status
        var cancels: [GatewayCancel] = []
        var refundsByKey: [String: GatewayCancel] = [:]
        /// A company says of a key that it has refused what it said before, for days.
        var refusalsByKey: [String: GatewayDecline] = [:]
        var isDisputed = false

        var taken: Bool {
            switch self.status {
            case .paid, .partlyRefunded, .refunded: true
            case .open, .authorized, .awaitingDeposit, .failed: false
            }
        }

        var back: Int64 { self.cancels.filter { $0.status == .done }.reduce(0) { $0 + $1.amount.amount } }
    }

    struct State: Sendable {
        var entries: [String: Entry] = [:]
        var confirmFates: [Fate] = []
        var refundFates: [Fate] = []
        var isSilent = false
        var confirmCount = 0
        var refundCount = 0
        var refundKeys: Set<String> = []
        var nextKey = 0
        var transactions: [GatewayTransaction] = []
        var transactionPageCount = 1000
        var abandonment: GatewayAbandonment = .expiresByItself
        var abandonCount = 0
        /// Happens when we tell the company that nobody wants a payment.
        var beforeAbandonment: (@Sendable () -> Void)?
        var fetchCount = 0
        var tellsKeyAtCheckout = false
        /// Until when deposits are waited for.
        var depositDue: WallClock? = WallClock(unixMilliseconds: WallClock.now.unixMilliseconds + 23 * 3_600_000)
        /// The next checkout is refused after this has happened.
        var beforeRefusedCheckout: (@Sendable () async -> Void)?
    }

    let name = "scripted"
    var tellsKeyAtCheckout: Bool { self.change { $0.tellsKeyAtCheckout } }
    private let state = Mutex(State())

    func change<Value: Sendable>(_ body: (inout sending State) -> sending Value) -> Value {
        self.state.withLock { body(&$0) }
    }

    func confirms(_ fates: Fate...) { self.change { $0.confirmFates = fates } }
    func refunds(_ fates: Fate...) { self.change { $0.refundFates = fates } }
    var confirmCount: Int { self.change { $0.confirmCount } }
    var refundCount: Int { self.change { $0.refundCount } }

    /// Every order that money was taken of, with what was not given back.
    var books: String {
        self.change { state in
            state.entries.filter { $0.value.taken }.sorted { $0.key < $1.key }
                .map { "\($0.key)|\($0.value.total - $0.value.back)" }.joined(separator: "\n")
        }
    }

    /// The buyer has done something at the company.
    func put(_ payment: PaymentRow, _ status: GatewaySnapshot.Status, total: Int64? = nil) {
        self.change { state in
            let key = state.entries[payment.orderID]?.key ?? "key-\(payment.orderID)"
            var entry = state.entries[payment.orderID] ?? Entry(key: key, total: 0, status: status)
            entry.total = total ?? payment.total.amount
            entry.status = status
            state.entries[payment.orderID] = entry
        }
    }

    /// Somebody gives money back in the company's own pages.
    func refundElsewhere(_ payment: PaymentRow, _ amount: Int64, isDispute: Bool = false) {
        self.change { state in
            state.nextKey += 1
            var cancel = GatewayCancel(
                key: "elsewhere-\(state.nextKey)", amount: Money(amount), status: .done, at: nil, reason: "by hand")
            cancel.isChargeback = isDispute
            state.entries[payment.orderID]?.cancels.append(cancel)
            state.entries[payment.orderID]?.isDisputed = isDispute
            Self.settle(&state, payment.orderID)
        }
    }

    /// The bank gives back what it took.
    func reinstate(_ payment: PaymentRow) {
        self.change { state in
            guard var entry = state.entries[payment.orderID] else { return }
            for index in entry.cancels.indices where entry.cancels[index].isChargeback {
                entry.cancels[index].status = .failed
            }
            entry.isDisputed = false
            entry.status = .paid
            state.entries[payment.orderID] = entry
            Self.settle(&state, payment.orderID)
        }
    }

    func checkout(for order: GatewayOrder) async -> GatewayCheckoutOutcome {
        let before = self.change { state in
            defer { state.beforeRefusedCheckout = nil }
            return state.beforeRefusedCheckout
        }
        if let before {
            await before()
            return .refused(GatewayDecline(code: "BELOW_MINIMUM", message: HTTPWording("No.", korean: "거절")))
        }
        return self.change { state in
            if state.isSilent { return .unknown(GatewayDoubt(.timedOut)) }
            let key = state.tellsKeyAtCheckout ? "key-\(order.orderID)" : nil
            return .ready(GatewayCheckout(url: "https://pay.test/\(order.orderID)", providerKey: key))
        }
    }

    func confirm(_ attempt: GatewayAttempt) async -> GatewayOutcome {
        self.confirm(attempt.orderID, attempt.providerKey, attempt.total)
    }

    func decide(_ order: GatewayOrder, isSuccess: Bool) -> GatewayOutcome {
        if !isSuccess { self.change { $0.confirmFates.insert(.declines, at: 0) } }
        return self.confirm(order.orderID, "key-\(order.orderID)", order.total)
    }

    private func confirm(_ orderID: String, _ key: String, _ total: Money) -> GatewayOutcome {
        self.change { state in
            state.confirmCount += 1
            let fate = state.confirmFates.isEmpty ? Fate.honest : state.confirmFates.removeFirst()
            if Self.isOther(key, orderID, state) { return .unknown(GatewayDoubt(.codeUnclear)) }
            // What is taken is taken once, whoever asks again.
            if let entry = state.entries[orderID], entry.taken {
                return .approved(Self.snapshot(orderID, entry, state))
            }
            func set(_ status: GatewaySnapshot.Status, _ amount: Int64) -> GatewaySnapshot {
                let entry = Entry(key: key, total: amount, status: status)
                state.entries[orderID] = entry
                return Self.snapshot(orderID, entry, state)
            }
            switch fate {
            case .lostBefore, .diesBefore:
                _ = set(.open, total.amount)
                return .unknown(GatewayDoubt(.timedOut))
            case .lostAfter, .diesAfter:
                _ = set(.paid, total.amount)
                return .unknown(GatewayDoubt(.timedOut))
            case .honest, .pending: return .approved(set(.paid, total.amount))
            case .declines:
                _ = set(.failed, total.amount)
                return .declined(
                    GatewayDecline(code: "REJECT_CARD", message: HTTPWording("No.", korean: "거절")))
            case .takes(let amount): return .approved(set(.paid, amount))
            case .deposit: return .awaitingDeposit(set(.awaitingDeposit, total.amount))
            }
        }
    }

    func fetch(_ payment: GatewayPaymentKey) async -> GatewayReading {
        self.change { state in
            state.fetchCount += 1
            if state.isSilent { return .unknown(GatewayDoubt(.timedOut)) }
            if let key = payment.providerKey, Self.isOther(key, payment.orderID, state) {
                return .unknown(GatewayDoubt(.mismatch))
            }
            guard let entry = state.entries[payment.orderID] else { return .absent }
            return .found(Self.snapshot(payment.orderID, entry, state))
        }
    }

    /// Whether the key is that of another order.
    private static func isOther(_ key: String, _ orderID: String, _ state: State) -> Bool {
        state.entries.contains { $0.key != orderID && $0.value.key == key }
    }

    func abandon(_ payment: GatewayPaymentKey) async -> GatewayAbandonment {
        self.change { $0.beforeAbandonment }?()
        return self.change { state in
            state.abandonCount += 1
            if let entry = state.entries[payment.orderID], entry.taken {
                return .paid(Self.snapshot(payment.orderID, entry, state))
            }
            if state.entries[payment.orderID]?.status == .awaitingDeposit, state.abandonment == .expiresByItself {
                state.entries[payment.orderID]?.status = .failed
                return .gone
            }
            return state.abandonment
        }
    }

    func refund(_ refund: GatewayRefund) async -> GatewayRefundOutcome {
        self.change { state in
            state.refundCount += 1
            state.refundKeys.insert(refund.idempotencyKey)
            let fate = state.refundFates.isEmpty ? Fate.honest : state.refundFates.removeFirst()
            let orderID = refund.payment.orderID
            guard var entry = state.entries[orderID] else { return .absent }
            if let known = entry.refundsByKey[refund.idempotencyKey] { return .refunded(known, nil) }
            if let known = entry.refusalsByKey[refund.idempotencyKey] { return .refused(known) }
            if case .declines = fate {
                let refusal = GatewayDecline(code: "NOT_CANCELABLE", message: HTTPWording("No.", korean: "불가"))
                entry.refusalsByKey[refund.idempotencyKey] = refusal
                state.entries[orderID] = entry
                return .refused(refusal)
            }
            if case .lostBefore = fate { return .unknown(GatewayDoubt(.timedOut)) }
            guard entry.back + refund.amount.amount <= entry.total else {
                let refusal = GatewayDecline(code: "EXCEEDS", message: HTTPWording("No.", korean: "초과"))
                entry.refusalsByKey[refund.idempotencyKey] = refusal
                state.entries[orderID] = entry
                return .refused(refusal)
            }
            state.nextKey += 1
            var cancel = GatewayCancel(
                key: "cancel-\(state.nextKey)", amount: refund.amount, status: .done, at: nil, reason: refund.reason)
            cancel.refundID = refund.refundID
            if case .pending = fate { cancel.status = .pending }
            entry.cancels.append(cancel)
            entry.refundsByKey[refund.idempotencyKey] = cancel
            state.entries[orderID] = entry
            Self.settle(&state, orderID)
            switch fate {
            case .pending: return .pending(cancel)
            case .lostAfter, .diesAfter: return .unknown(GatewayDoubt(.connectionLost))
            default: return .refunded(cancel, nil)
            }
        }
    }

    func fetchRefund(_ refund: GatewayRefund) async -> GatewayRefundOutcome {
        self.change { state in
            if state.isSilent { return .unknown(GatewayDoubt(.timedOut)) }
            guard let entry = state.entries[refund.payment.orderID],
                let known = entry.refundsByKey[refund.idempotencyKey]
            else { return .absent }
            let now = entry.cancels.first { $0.key == known.key } ?? known
            return now.status == .pending ? .pending(now) : .refunded(now, nil)
        }
    }

    /// `order` (or `refund:` and its key) and `id` in the body; `forged` is refused, `signed` and `paid` are signed,
    /// and `paid` says that it is.
    func parseWebhook(_ fields: HTTPFields, _ body: [UInt8], at now: WallClock) -> GatewayWebhook {
        let words = String(decoding: body, as: UTF8.self).split(separator: " ").map(String.init)
        guard words.count == 3 else { return .refused(.malformed) }
        if words[2] == "forged" { return .refused(.signatureWrong) }
        if words[2] == "other" { return .ignored(eventType: "other") }
        if words[0].hasPrefix("refund:") {
            return .hint(
                GatewayHint(
                    eventKey: words[1], eventType: "changed", subject: .refund, orderID: nil, providerKey: nil,
                    refundKey: String(words[0].dropFirst(7)), proof: words[2] == "signed" ? .signed : .none))
        }
        return .hint(
            GatewayHint(
                eventKey: words[1], eventType: "changed", subject: .payment, orderID: words[0], providerKey: nil,
                saysPaid: words[2] == "paid", proof: words[2] == "none" ? .none : .signed))
    }

    func transactions(
        from: WallClock, to: WallClock, after cursor: String?
    ) async -> GatewayTransactionsOutcome {
        self.change { state in
            if state.isSilent { return .unknown(GatewayDoubt(.timedOut)) }
            let place = cursor.flatMap { Int($0) } ?? 0
            guard cursor == nil || place > 0 else { return .unknown(GatewayDoubt(.codeUnclear, code: "NO_CURSOR")) }
            let end = min(place + state.transactionPageCount, state.transactions.count)
            return .page(
                GatewayTransactionPage(
                    items: Array(state.transactions[place..<end]),
                    next: end < state.transactions.count ? "\(end)" : nil,
                    unreadableCount: state.transactionPageCount == 1 ? 1 : 0))
        }
    }

    private static func settle(_ state: inout State, _ orderID: String) {
        guard let entry = state.entries[orderID] else { return }
        let back = entry.back
        state.entries[orderID]?.status = back == 0 ? entry.status : back >= entry.total ? .refunded : .partlyRefunded
    }

    private static func snapshot(_ orderID: String, _ entry: Entry, _ state: State) -> GatewaySnapshot {
        var snapshot = GatewaySnapshot(
            orderID: orderID, providerKey: entry.key, status: entry.status, providerStatus: "\(entry.status)",
            total: Money(entry.total), balance: Money(max(entry.total - entry.back, 0)))
        snapshot.cancels = entry.cancels
        snapshot.isDisputed = entry.isDisputed
        snapshot.method = "card"
        if entry.status == .awaitingDeposit {
            snapshot.deposit = GatewayDeposit(
                bankCode: "20", accountNumber: "123", dueAt: state.depositDue, secret: nil)
        }
        return snapshot
    }
}

/// Orders read a database that is made after them.
final class DatabaseOfOrders: Sendable {
    private let held = Mutex<PostgresDatabase?>(nil)

    var value: PostgresDatabase? { self.held.withLock { $0 } }

    func set(_ database: PostgresDatabase) { self.held.withLock { $0 = database } }
}
