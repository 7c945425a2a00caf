import Commerce
import HTTPServer
import Postgres
import Testing

@testable import Payments

@Suite("A payment with a code", .timeLimit(.minutes(5)))
struct PromotionUseTests {
    private func begin(
        _ rig: PaymentRig, _ reservation: Int64, _ code: String?, by member: Int64 = PaymentRig.member
    ) async throws -> PaymentRow {
        let code = try code.map { try #require(PromotionCode($0)) }
        return try await rig.payments.begin(reservation, by: member, promotion: code).payment
    }

    private func uses(_ rig: PaymentRig, _ code: String = "CODE") throws -> String {
        try rig.sql("SELECT uses FROM promotion WHERE code = '\(code)'")
    }

    /// The code of the problem, or nil when it began.
    private func refusal(_ rig: PaymentRig, _ reservation: Int64, _ code: String, by member: Int64 = 101) async throws
        -> String?
    {
        do {
            _ = try await self.begin(rig, reservation, code, by: member)
            return nil
        } catch let problem as HTTPProblem {
            return problem.code.description
        }
    }

    @Test("costs less, in the books too, and refunds of its seats sum to what was paid")
    func shares() async throws {
        let rig = try PaymentRig()
        try rig.promotion(percent: 3333)
        let reservation = try rig.reservation([33_333, 10_001, 7])
        let begun = try await self.begin(rig, reservation, "code")
        // 43,341 less a third, in the buyer's favour.
        #expect(begun.total.amount == 28_895 && begun.discount == 14_446 && begun.promotionID != nil)
        let paid = try await rig.confirm(begun)
        #expect(paid.state == .completed && paid.captured == 28_895)
        var back: Int64 = 0
        for seat in 0..<3 {
            let refund = try await rig.payments.refund(
                paid.id, seats: [reservation * 100 + Int64(seat)], reason: "", by: .manager(301))
            back += refund.amount.amount
            #expect(try self.uses(rig) == "1")
        }
        #expect(back == 28_895)
        try await rig.workAll()
        #expect(try await rig.row(paid).state.status == .canceled)
        #expect(try self.uses(rig) == "0")
        let seller = try await Ledger.balance(of: .sellerPayable(201), .krw, in: rig.database)
        #expect(seller == 0)
        try await rig.checkBooks()
    }

    @Test("holds a use: of all who want the last, so many have it as there are")
    func lastUse() async throws {
        let rig = try PaymentRig()
        try rig.promotion(fixed: 1000, uses: 3, usesOfMember: 100)
        let reservations = try (0..<10).map { _ in try rig.reservation() }
        let refusals = try await withThrowingTaskGroup(of: String?.self) { group in
            for reservation in reservations { group.addTask { try await self.refusal(rig, reservation, "CODE") } }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(refusals.filter { $0 == nil }.count == 3)
        #expect(refusals.filter { $0 == "promotion-used-up" }.count == 7)
        #expect(try self.uses(rig) == "3")
        try await rig.checkBooks()
    }

    @Test("holds one of a member's uses, however many he begins at once")
    func memberLimit() async throws {
        let rig = try PaymentRig()
        try rig.promotion(fixed: 1000, uses: 100, usesOfMember: 2)
        let reservations = try (0..<10).map { _ in try rig.reservation() }
        let refusals = try await withThrowingTaskGroup(of: String?.self) { group in
            for reservation in reservations { group.addTask { try await self.refusal(rig, reservation, "CODE") } }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(refusals.filter { $0 == nil }.count == 2)
        #expect(refusals.filter { $0 == "promotion-limit" }.count == 8)
        let others = try rig.reservation(member: 102)
        #expect(try await self.refusal(rig, others, "CODE", by: 102) == nil)
        try await rig.checkBooks()
    }

    @Test("gives its use back when it fails, when another takes its place, and when nobody goes on with it")
    func givesBack() async throws {
        let rig = try PaymentRig()
        try rig.promotion(fixed: 1000, uses: 1)
        let reservation = try rig.reservation()
        let declined = try await self.begin(rig, reservation, "CODE")
        rig.gateway.confirms(.declines)
        #expect(try await rig.confirm(declined).state == .failed)
        #expect(try self.uses(rig) == "0")
        let second = try await self.begin(rig, reservation, "CODE")
        #expect(try await self.begin(rig, reservation, "code").id == second.id)
        #expect(try self.uses(rig) == "1")
        let plain = try await self.begin(rig, reservation, nil)
        #expect(plain.id != second.id && plain.total.amount == 100_000 && plain.discount == 0)
        #expect(try self.uses(rig) == "0")
        let third = try await self.begin(rig, reservation, "CODE")
        try rig.sql("UPDATE test_order SET status = 'EXPIRED'")
        try await rig.workAll()
        #expect(try await rig.row(third).state == .failed)
        #expect(try self.uses(rig) == "0")
        try await rig.checkBooks()
    }

    @Test("stays as it was promised when the code ends, and nobody else begins with it")
    func ended() async throws {
        let rig = try PaymentRig()
        try rig.promotion(fixed: 1000)
        let (reservation, other) = (try rig.reservation(), try rig.reservation(member: 102))
        let begun = try await self.begin(rig, reservation, "CODE")
        try rig.sql("UPDATE promotion SET starts_at = now() - interval '2 days', ends_at = now() - interval '1 day'")
        #expect(try await self.begin(rig, reservation, "CODE").id == begun.id)
        #expect(try await self.refusal(rig, other, "CODE", by: 102) == "promotion-invalid")
        #expect(try await rig.confirm(begun).captured == 99_000)
        try await rig.checkBooks()
    }

    @Test("of another concert, of another currency, or of nobody begins nothing")
    func invalid() async throws {
        let rig = try PaymentRig()
        try rig.promotion(fixed: 1000)
        let reservation = try rig.reservation(concert: 2)
        #expect(try await self.refusal(rig, reservation, "CODE") == "promotion-invalid")
        #expect(try await self.refusal(rig, reservation, "NOBODY") == "promotion-invalid")
        try rig.sql("UPDATE promotion SET concert_id = 2, currency = 'USD'")
        #expect(try await self.refusal(rig, reservation, "CODE") == "promotion-invalid")
        #expect(try rig.sql("SELECT count(*) FROM payment") == "0")
    }

    @Test("that takes everything off is paid by nobody, and can be given back")
    func free() async throws {
        let rig = try PaymentRig()
        try rig.promotion(percent: 10_000)
        let reservation = try rig.reservation()
        let paid = try await self.begin(rig, reservation, "CODE")
        #expect(paid.state == .completed && paid.total.amount == 0 && paid.discount == 100_000)
        #expect(paid.ticketIDs.count == 2 && rig.gateway.confirmCount == 0)
        #expect(try rig.sql("SELECT sum(paid) FROM test_seat") == "0")
        let refund = try await rig.payments.refund(paid.id, seats: nil, reason: "", by: .member(101))
        #expect(refund.status == .succeeded && refund.amount.amount == 0)
        #expect(try self.uses(rig) == "0")
        try await rig.checkBooks()
    }

    @Test("whose money comes late has its use again if there is one, and goes back if there is none")
    func late() async throws {
        let rig = try PaymentRig()
        try rig.promotion(fixed: 1000, uses: 1)
        let (one, two) = (try rig.reservation(), try rig.reservation(member: 102))
        let first = try await self.begin(rig, one, "CODE")
        rig.gateway.confirms(.declines, .declines)
        _ = try await rig.confirm(first)
        rig.gateway.put(first, .paid)
        try await rig.reconciler.look(at: first.id)
        #expect(try await rig.row(first).state == .completed)
        #expect(try self.uses(rig) == "1")
        try rig.sql("UPDATE promotion SET uses_max = 2")
        let second = try await self.begin(rig, two, "CODE", by: 102)
        _ = try await rig.confirm(second)
        try rig.sql("UPDATE promotion SET uses_max = 1")
        rig.gateway.put(second, .paid)
        try await rig.reconciler.look(at: second.id)
        #expect(try await rig.row(second).state.isOrphan)
        #expect(try self.uses(rig) == "1")
        try await rig.workAll()
        try await rig.checkBooks()
    }
}

extension PaymentRig {
    /// A code `CODE` of concert 1.
    func promotion(percent: Int? = nil, fixed: Int? = nil, uses: Int = 10, usesOfMember: Int = 1) throws {
        let kind = percent == nil ? "FIXED" : "PERCENT"
        try self.sql(
            """
            INSERT INTO promotion (seller_id, concert_id, code, kind, basis_points, amount, currency, ends_at, uses_max,
                uses_member_max)
            VALUES (201, 1, 'CODE', '\(kind)', \(percent.map { "\($0)" } ?? "NULL"),
                \(fixed.map { "\($0)" } ?? "NULL"), 'KRW', now() + interval '1 day', \(uses), \(usesOfMember))
            """)
    }
}
