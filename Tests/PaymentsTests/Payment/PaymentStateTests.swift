import Testing

@testable import Payments

@Suite("The state of a payment")
struct PaymentStateTests {
    static let states = [
        PaymentState.created, PaymentState(.waiting, .inFlight), PaymentState(.waiting, .unknown),
        PaymentState(.waiting, .awaitingDeposit), .completed, PaymentState(.completed, isOrphan: true), .failed,
        PaymentState(.failed, isOrphan: true), PaymentState(.partCanceled), PaymentState(.partCanceled, isOrphan: true),
        PaymentState(.canceled), PaymentState(.canceled, isOrphan: true),
    ]

    /// A row for each state, a column for each event; a number is a state, nothing is no change.
    static let table: [PaymentEvent: [Int?]] = [
        .claim: [1, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil],
        .doubt: [nil, 2, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil],
        .awaitDeposit: [3, 3, 3, nil, nil, nil, nil, nil, nil, nil, nil, nil],
        .pay: [4, 4, 4, 4, nil, nil, 4, nil, nil, nil, nil, nil],
        .mispay: [7, 7, 7, 7, nil, nil, 7, nil, nil, nil, nil, nil],
        .refuse: [6, 6, 6, 6, nil, nil, nil, nil, nil, nil, nil, nil],
        .repaySome: [nil, nil, nil, nil, 8, 9, nil, 7, 8, 9, nil, nil],
        .repayAll: [nil, nil, nil, nil, 10, 11, nil, 7, 10, 11, nil, nil],
        .unpaySome: [nil, nil, nil, nil, nil, nil, nil, nil, 8, 9, 8, 9],
        .unpayAll: [nil, nil, nil, nil, nil, nil, nil, nil, 4, 5, 4, 5],
    ]

    @Test("changes by the table, in every state and by every event", arguments: PaymentEvent.allCases)
    func table(event: PaymentEvent) throws {
        let row = try #require(Self.table[event])
        for (index, state) in Self.states.enumerated() {
            #expect(state.after(event) == row[index].map { Self.states[$0] }, "\(state) \(event)")
        }
    }

    @Test("never loses money: what the company has is never believed gone but by giving it back")
    func moneyStays() {
        for state in Self.states where state.hasMoney {
            for event in PaymentEvent.allCases { #expect(state.after(event)?.hasMoney ?? true) }
        }
    }

    @Test("waits in no phase of one that is settled")
    func phases() {
        for state in Self.states {
            for event in PaymentEvent.allCases {
                guard let next = state.after(event) else { continue }
                #expect((next.status == .waiting) == (next.phase != .settled))
            }
        }
    }
}

@Suite("The state of a refund")
struct RefundStateTests {
    @Test("changes by the table, in every state and by every event")
    func table() {
        let table: [RefundStatus: [RefundEvent: RefundStatus]] = [
            .requested: [.take: .processing, .succeed: .succeeded, .supersede: .superseded],
            .processing: [
                .doubt: .unknown, .succeed: .succeeded, .refuse: .failed, .supersede: .superseded,
            ],
            .unknown: [.wait: .processing, .succeed: .succeeded, .refuse: .failed, .supersede: .superseded],
            .failed: [.retry: .requested, .succeed: .succeeded, .supersede: .superseded],
            .succeeded: [.reverse: .reversed], .reversed: [:], .superseded: [:],
        ]
        for status in RefundStatus.allCases {
            for event in RefundEvent.allCases {
                #expect(status.after(event) == table[status]?[event], "\(status) \(event)")
            }
        }
    }
}
