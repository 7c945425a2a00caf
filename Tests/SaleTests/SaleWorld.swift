import HTTPServer
import Postgres
import Primitives
import TestSupport

@testable import Payments
@testable import Ticketing

/// One sale, told by a seed: customers, their bank, the house's own workers, time and bad luck take turns, one step
/// after another, and after every step every rule is asked. The house is the real one on a real database; what is left
/// to chance is who is next, what he wants, where he is cut off, and what the payment company makes of it.
///
/// The same seed gives the same steps with the same outcomes: nothing here looks at a clock, and what the house reads
/// of one is hours apart or nothing (`SaleDatabase.pass`).
final class SaleWorld {
    /// Something that was begun in a process and not ended: the process may die before.
    enum Pending {
        case claimed(PaymentRow)
        case asked(PaymentRow, GatewayOutcome)
        case read(PaymentRow, GatewayReading)
        case refund(RefundRow, PaymentRow)
        case refundAsked(RefundRow, PaymentRow, GatewayRefundOutcome)
    }

    struct Hold {
        let reservation: Int64
        let member: Int64
        let seats: [Int32]
    }

    struct Begun {
        let id: Int64
        let member: Int64
        let reservation: Int64
        let key: String
    }

    struct Failure: Error, CustomStringConvertible {
        let seed: UInt64
        let what: String
        let steps: [String]

        var description: String {
            "seed \(self.seed) (SALE_SEED=\(self.seed) replays it): \(self.what)\n"
                + self.steps.enumerated().map { "  \($0.offset + 1). \($0.element)" }.joined(separator: "\n")
        }
    }

    let seed: UInt64
    let hasCodes: Bool
    let sale: SaleDatabase
    let company: SaleCompany
    let house: SaleHouse
    let chaos: SimulatorChaos
    var random: SplitMix
    var steps: [String] = []
    var holds: [Hold] = []
    var begun: [Begun] = []
    var pending: [Pending] = []
    /// Seats that the seller keeps out of the sale.
    var blocked: Set<Int32> = []

    static let stepCount = 60

    /// With codes, buyers name some when they begin to pay.
    init(seed: UInt64, on sale: SaleDatabase, hasCodes: Bool = false) {
        self.seed = seed
        self.hasCodes = hasCodes
        self.sale = sale
        var random = SplitMix(seed: seed)
        self.chaos = Self.chaos(&random)
        // Where a buyer's word is good for a day, his money can come when nobody counts on it any more.
        self.company = SaleCompany(seed: random.next(), chaos: self.chaos, isPatient: random.next(below: 2) == 0)
        self.house = SaleHouse(sale, company: self.company)
        self.random = random
    }

    /// Some sales have a good company, some a bad one, and few one whose people meddle.
    private static func chaos(_ random: inout SplitMix) -> SimulatorChaos {
        var chaos = SimulatorChaos()
        let level = [0, 0.05, 0.15, 0.35][random.next(below: 4)]
        chaos.commitThenTimeout = level
        chaos.answerThenReset = level
        chaos.failBeforeCommit = level
        chaos.failAfterCommit = level
        chaos.webhookDuplicated = level
        chaos.webhookReordered = level
        chaos.webhookMissing = level
        chaos.webhookForged = level
        chaos.abortedAfterDone = level
        chaos.clockSkewed = level
        if random.next(below: 5) == 0 { chaos.externalRefund = 0.3 }
        if random.next(below: 5) == 0 { chaos.refundFailsLater = 0.3 }
        return chaos
    }

    /// Whether people of the company change what was done: then some of it needs people of ours.
    var isMeddled: Bool { self.chaos.externalRefund > 0 || self.chaos.refundFailsLater > 0 }

    // MARK: The whole of it

    func run() async throws {
        try await self.sale.reset(daysBefore: [1, 2, 5, 30][self.random.next(below: 4)])
        try await self.house.start()
        for number in 1...Self.stepCount {
            try await self.guarded { try await self.step() }
            try await self.check(withBooks: number % 5 == 0)
        }
        try await self.guarded { try await self.heal() }
        try await self.checkEnd()
    }

    /// What customers are told is an outcome; any other error is a fault.
    func guarded(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let problem as HTTPProblem {
            self.note("→ \(problem.code)")
        } catch let failure as Failure { throw failure } catch { throw self.failure("error \(error)") }
    }

    func failure(_ what: String) -> Failure { Failure(seed: self.seed, what: what, steps: self.steps) }

    func note(_ text: String) {
        if text.hasPrefix("→"), !self.steps.isEmpty {
            self.steps[self.steps.count - 1] += " " + text
        } else {
            self.steps.append(text)
        }
    }

    func check(withBooks: Bool) async throws {
        let broken = try await self.sale.broken()
        guard broken.isEmpty else { throw self.failure("broken: \(broken)") }
        guard withBooks else { return }
        let theirs = self.company.books
        for (order, book) in try await self.sale.books() {
            let real = theirs[order] ?? SimulatorBook()
            guard book.captured <= real.captured else { throw self.failure("believed money that is not there") }
            guard book.refunded <= real.refunded || self.isMeddled else {
                throw self.failure("believed a refund that is none")
            }
        }
    }

    // MARK: The end

    /// Nothing goes wrong any more, and time goes by: everything has to come to an end by itself.
    private func heal() async throws {
        self.note("heal")
        self.company.calm()
        while !self.pending.isEmpty { try await self.guarded { try await self.advance() } }
        for _ in 0..<30 {
            try await self.pass(.milliseconds(401_370))
            try await self.workAll()
            if self.isMeddled {
                // What the comparison of books does in the night, and people with what it finds.
                for payment in self.begun { try await self.house.reconciler.look(at: payment.id) }
                for payment in self.begun { try await self.retryRefunds(of: payment.id) }
            }
            if try await self.unsettled().isEmpty { return }
        }
    }

    private func unsettled() async throws -> [Substring] {
        try await self.sale.unsettled().split(separator: ", ")
    }

    private func workAll() async throws {
        while let post = self.company.nextPost() {
            try await self.guarded {
                try await self.house.webhooks.receive(self.company.name, post.fields, post.body, at: self.company.now)
            }
        }
        while try await self.house.webhooks.work() {}
        while try await self.house.reconciler.work() {}
        while try await self.house.refunds.work() {}
        while try await self.house.sweeper.work() {}
        while try await self.house.news.work() {}
        for _ in 0..<3 { _ = try await self.house.relayOnce() }
    }

    private func checkEnd() async throws {
        try await self.check(withBooks: true)
        let open = try await self.unsettled()
        guard open.isEmpty else {
            throw self.failure("never settled: \(open.joined(separator: ", "))\n\(try self.sale.story())")
        }
        let ours = try await self.sale.books()
        let theirs = self.company.books.filter { $0.value.captured > 0 }
        guard ours == theirs else { throw self.failure("books differ: ours \(ours), theirs \(theirs)") }
        try await self.sellRest()
    }

    /// Whatever is free can be bought.
    private func sellRest() async throws {
        self.note("sell the rest")
        for number in try await self.sale.freeSeats() {
            var outcomes: [HoldOutcome] = []
            for member in SaleDatabase.buyers {
                let outcome = try await self.house.reservations.hold(
                    schedule: SaleDatabase.schedule, member: member, seats: [self.seat(number)])
                outcomes.append(outcome)
                if outcome == .limit || outcome == .tooOften { continue }
                break
            }
            if case .held = outcomes.last { continue }
            throw self.failure("free seat \(number) cannot be bought: \(outcomes)")
        }
        try await self.check(withBooks: false)
    }

    func seat(_ number: Int32) -> SeatID {
        guard let seat = SeatID(schedule: SaleDatabase.schedule, number: Int(number)) else {
            preconditionFailure("a seat of the fixture")
        }
        return seat
    }
}
