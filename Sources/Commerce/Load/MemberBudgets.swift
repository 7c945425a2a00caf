internal import Primitives

/// The budgets of members: what costs many others something when one asks without end.
package struct MemberBudgets: Sendable {
    package let reservation: MemberBudget
    package let queueJoin: MemberBudget
    package let queuePoll: MemberBudget
    package let payment: MemberBudget

    package init(
        reservation: BudgetPolicy = BudgetPolicy(burstCount: 10, interval: .seconds(1)),
        queueJoin: BudgetPolicy = BudgetPolicy(burstCount: 5, interval: .seconds(5)),
        queuePoll: BudgetPolicy = BudgetPolicy(burstCount: 10, interval: .milliseconds(500)),
        payment: BudgetPolicy = BudgetPolicy(burstCount: 10, interval: .seconds(3))
    ) {
        self.reservation = MemberBudget(reservation)
        self.queueJoin = MemberBudget(queueJoin)
        self.queuePoll = MemberBudget(queuePoll)
        self.payment = MemberBudget(payment)
    }
}
