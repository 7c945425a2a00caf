import Commerce
import HTTPServer
import Postgres
import Primitives
import TestSupport
import Testing

@testable import Payments

@Suite("At the same moment", .timeLimit(.minutes(5)))
struct PaymentRaceTests {
    @Test("buyers, webhooks and the reconciler who finish one payment finish it once")
    func finish() async throws {
        let rig = try PaymentRig()
        for _ in 0..<6 {
            let payment = try await rig.begun()
            rig.gateway.confirms(.lostAfter)
            _ = try await rig.confirm(payment)
            let reading = await rig.gateway.fetch(payment.key)
            try await rig.webhooks.receive(
                "scripted", HTTPFields(), Array("\(payment.orderID) e\(payment.id) signed".utf8), at: .now)
            try rig.makeDue()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask { _ = try await rig.confirm(payment) }
                    group.addTask { _ = try await rig.payments.settle(payment.id, reading: reading) }
                    group.addTask { _ = try await rig.reconciler.work() }
                    group.addTask { _ = try await rig.webhooks.work() }
                }
                try await group.waitForAll()
            }
            #expect(try await rig.row(payment).state == .completed)
        }
        #expect(try rig.sql("SELECT count(*) FROM outbox WHERE topic = 'payment.completed'") == "6")
        #expect(rig.gateway.confirmCount == 6)
        try await rig.checkBooks()
    }

    @Test("two who confirm one payment ask the company once")
    func confirms() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        let states = try await withThrowingTaskGroup(of: PaymentState.self) { group in
            for _ in 0..<10 { group.addTask { try await rig.confirm(payment).state } }
            return try await group.reduce(into: Set<PaymentState>()) { $0.insert($1) }
        }
        #expect(states.isSubset(of: [.completed, PaymentState(.waiting, .inFlight)]))
        #expect(rig.gateway.confirmCount == 1)
        try await rig.checkBooks()
    }

    @Test("two payments of one reservation that are both taken leave one, whoever is first")
    func twoPayments() async throws {
        let rig = try PaymentRig()
        for round in 0..<5 {
            let first = try await rig.begun()
            try rig.sql("UPDATE test_order SET total = total + 1 WHERE id = \(first.reservationID)")
            let second = try await rig.payments.begin(first.reservationID, by: PaymentRig.member).payment
            rig.gateway.put(first, .paid)
            rig.gateway.put(second, .paid)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for payment in [first, second] { group.addTask { try await rig.reconciler.look(at: payment.id) } }
                try await group.waitForAll()
            }
            let states = [try await rig.row(first).state, try await rig.row(second).state]
            #expect(states.filter(\.isOrphan).count == 1, "round \(round)")
        }
        try await rig.workAll()
        try await rig.checkBooks()
    }

    @Test("two refunds of one seat give it back once")
    func refunds() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([10_000, 20_000, 30_000])
        let seat = payment.reservationID * 100
        let ids = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await rig.payments.refund(payment.id, seats: [seat], reason: "", by: .member(101)).id
                }
                group.addTask {
                    try await rig.payments.refund(payment.id, seats: [seat], reason: "", by: .manager(301)).id
                }
                group.addTask {
                    _ = try await rig.refunds.work(); return 0
                }
            }
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }.subtracting([0])
        }
        #expect(ids.count == 1)
        try await rig.workAll()
        #expect(try await rig.row(payment).refunded == 10_000)
        #expect(try await rig.row(payment).state.status == .partCanceled)
        try await rig.checkBooks()
    }

    @Test("everything in any order and twice comes to the same")
    func anyOrder() async throws {
        var random = SplitMix(seed: 42)
        let rig = try PaymentRig()
        for _ in 0..<12 {
            let payment = try await rig.begun()
            _ = try await rig.payments.claim(payment.id, of: 101, providerKey: "key-\(payment.orderID)", amount: nil)
            rig.gateway.put(payment, .paid)
            let row = try await rig.row(payment)
            let paid = PaymentFinding(await rig.gateway.fetch(payment.key), of: row)
            var findings: [PaymentFinding] = [
                paid, paid, .doubtful(GatewayDoubt(.timedOut)), .open(isAuthorized: false), .absent,
                .refused(PaymentProblems.ended("ABORTED")), .refused(PaymentProblems.ended("ABORTED")),
            ]
            findings.shuffle(using: &random)
            for finding in findings { _ = try await rig.payments.settle(payment.id, finding) }
            let after = try await rig.row(payment)
            #expect(after.state == .completed && after.failureCode == nil)
        }
        try await rig.checkBooks()
    }

    @Test("a checkout that the company refuses ends nothing that somebody went on with meanwhile")
    func refusedCheckout() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        rig.gateway.confirms(.lostAfter)
        let confirm: @Sendable () async -> Void = { _ = try? await rig.confirm(payment) }
        rig.gateway.change { $0.beforeRefusedCheckout = confirm }
        let code = await PaymentFlowTests.code {
            _ = try await rig.payments.begin(payment.reservationID, by: PaymentRig.member)
        }
        #expect(code == "payment-declined")
        #expect(try await rig.row(payment).state.phase == .unknown)
        #expect(try rig.sql("SELECT frozen FROM test_order") == "t")
        try await rig.workAll()
        #expect(try await rig.row(payment).state == .completed)
        // One that nobody went on with ends by it.
        let other = try await rig.begun()
        rig.gateway.change { $0.beforeRefusedCheckout = {} }
        _ = await PaymentFlowTests.code {
            _ = try await rig.payments.begin(other.reservationID, by: PaymentRig.member)
        }
        #expect(try await rig.row(other).failureCode == "BELOW_MINIMUM")
        try await rig.checkBooks()
    }
}
