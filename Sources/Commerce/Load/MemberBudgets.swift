internal import Primitives

/// What members have a budget for: what costs many others something when one asks without end.
package enum BudgetKind: CaseIterable, Sendable {
    case reservation, queueJoin, queuePoll, payment, catalogue, ticketCode, ticketTransfer, team, playback
}

/// The budgets of members, by what they are for.
package struct MemberBudgets: Sendable {
    private let budgets: [BudgetKind: MemberBudget]

    /// More than a person does, and less than a program may.
    package static let policies: [BudgetKind: BudgetPolicy] = [
        .reservation: BudgetPolicy(burstCount: 10, interval: .seconds(1)),
        .queueJoin: BudgetPolicy(burstCount: 5, interval: .seconds(5)),
        .queuePoll: BudgetPolicy(burstCount: 10, interval: .milliseconds(500)),
        .payment: BudgetPolicy(burstCount: 10, interval: .seconds(3)),
        // A picture is drawn anew each time.
        .ticketCode: BudgetPolicy(burstCount: 20, interval: .seconds(1)),
        // Each of these two tells whether somebody here has an address.
        .ticketTransfer: BudgetPolicy(burstCount: 5, interval: .seconds(20)),
        .team: BudgetPolicy(burstCount: 5, interval: .seconds(20)),
        // A session each, which ends another.
        .playback: BudgetPolicy(burstCount: 10, interval: .seconds(6)),
        // What sellers make may be many thousand seats each.
        .catalogue: BudgetPolicy(burstCount: 30, interval: .seconds(2)),
    ]

    /// What has no policy has no limit.
    package init(_ policies: [BudgetKind: BudgetPolicy] = MemberBudgets.policies) {
        self.budgets = policies.mapValues { MemberBudget($0) }
    }

    package subscript(kind: BudgetKind) -> MemberBudget? { self.budgets[kind] }
}
