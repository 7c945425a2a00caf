import Commerce
import HTTPServer
import Primitives
import Reactor
import Testing

@Suite("The budget of a member")
struct MemberBudgetTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    @Test("lets a burst through, and then one per interval")
    func bucket() {
        var table = BudgetTable<Int64>(BudgetPolicy(burstCount: 3, interval: .seconds(2)), countMax: 10)
        for _ in 0..<3 { #expect(table.take(1, now: Self.start) == nil) }
        #expect(table.take(1, now: Self.start) == .seconds(2))
        #expect(table.take(2, now: Self.start) == nil)
        #expect(table.take(1, now: Self.start + .milliseconds(1999)) == .milliseconds(1))
        #expect(table.take(1, now: Self.start + .seconds(2)) == nil)
        #expect(table.take(1, now: Self.start + .seconds(2)) == .seconds(2))
        // Refused attempts cost nothing: after three intervals of rest there are three again.
        for _ in 0..<3 { #expect(table.take(1, now: Self.start + .seconds(8)) == nil) }
        #expect(table.take(1, now: Self.start + .seconds(8)) != nil)
    }

    @Test("is bounded in memory, and is not forgotten before as many others have come as half of it holds")
    func bounds() {
        var table = BudgetTable<Int64>(BudgetPolicy(burstCount: 1, interval: .seconds(3600)), countMax: 100)
        #expect(table.take(0, now: Self.start) == nil)
        for member in 1...49 { #expect(table.take(Int64(member), now: Self.start) == nil) }
        #expect(table.take(0, now: Self.start) != nil)
        for member in 50...99 { #expect(table.take(Int64(member), now: Self.start) == nil) }
        #expect(table.take(0, now: Self.start) != nil)
        for member in 100...10_000 {
            _ = table.take(Int64(member), now: Self.start)
            #expect(table.count <= 100)
        }
        #expect(table.take(0, now: Self.start) == nil)
    }

    @Test("with an interval beyond all time traps nowhere")
    func extremes() {
        var table = BudgetTable<Int64>(BudgetPolicy(burstCount: 1_000_000, interval: .nanoseconds(.max)), countMax: 2)
        for _ in 0..<10 { _ = table.take(.min, now: MonotonicTime(nanoseconds: .max)) }
        _ = table.take(.max, now: MonotonicTime(nanoseconds: .min))
        #expect(table.count <= 2)
    }

    @Test("is there for everything that has one, each for itself")
    func kinds() throws {
        let budgets = MemberBudgets([.reservation: BudgetPolicy(burstCount: 1, interval: .seconds(60))])
        try budgets[.reservation]?.take(1, now: Self.start)
        #expect(throws: HTTPProblem.self) { try budgets[.reservation]?.take(1, now: Self.start) }
        #expect(budgets[.payment] == nil)
        #expect(BudgetKind.allCases.allSatisfy { MemberBudgets()[$0] != nil })
    }

    @Test("that is used up is told with the time to wait, in whole seconds")
    func problem() throws {
        let budget = MemberBudget(BudgetPolicy(burstCount: 1, interval: .milliseconds(1500)))
        try budget.take(1, now: Self.start)
        let problem = #expect(throws: HTTPProblem.self) { try budget.take(1, now: Self.start) }
        #expect(problem?.status == .tooManyRequests && problem?.code.description == "rate-limited")
        #expect(problem?.fields[.retryAfter] == "2")
    }
}

@Suite("The budget of an address")
struct AddressBudgetTests {
    private func request(_ peer: String?) -> HTTPRequest {
        var request = HTTPRequest(
            method: .post, version: .http1_1, target: Array("/".utf8), pathCount: 1, authority: [],
            fields: HTTPFields())
        if let peer { request.peer = SocketAddress(peer) }
        return request
    }

    private func isAllowed(_ budget: AddressBudget, _ peer: String?, _ now: MonotonicTime) -> Bool {
        let request = self.request(peer)
        do throws(HTTPProblem) {
            try budget.take(request, now: now)
            return true
        } catch {
            #expect(error.code.description == "rate-limited" && error.fields[.retryAfter] == "1")
            return false
        }
    }

    @Test("is that of its network, whatever the port, and no other's")
    func networks() {
        let budget = AddressBudget(BudgetPolicy(burstCount: 2, interval: .seconds(1)))
        let now = MonotonicTime(nanoseconds: 1_000_000_000_000)
        let asked: [(String?, Bool)] = [
            ("192.0.2.1:1", true), ("192.0.2.1:2", true), ("192.0.2.1:3", false), ("192.0.2.2:1", true),
            ("[2001:db8::1]:1", true), ("[2001:db8::2]:1", true), ("[2001:db8::3]:1", false),
            ("[2001:db8:0:1::3]:1", true), (nil, true), (nil, true), (nil, false),
        ]
        for (peer, isAllowed) in asked { #expect(self.isAllowed(budget, peer, now) == isAllowed, "\(peer ?? "")") }
        #expect(self.isAllowed(budget, "192.0.2.1:4", now + .seconds(1)))
    }
}
