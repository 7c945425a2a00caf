import HTTPServer
import Payments
import Postgres
import Primitives
import Testing

@testable import podo

@Suite("How the house is")
struct HouseStateTests {
    private static let now = WallClock(unixMilliseconds: 1_795_910_400_000)

    @Test("a company is away from when it was silent until it answers")
    func companies() {
        let pulse = GatewayPulse("toss")
        let service = Self.service([pulse])
        func company() -> HouseState.Dependency { service.state().dependencies[1] }
        #expect(company() == HouseState.Dependency(name: "toss", kind: "PAYMENTS", state: .unknown))
        pulse.answered(at: WallClock(unixMilliseconds: 1000))
        #expect(company().state == .up && company().at == WallClock(unixMilliseconds: 1000))
        pulse.wasSilent("timed-out", at: WallClock(unixMilliseconds: 2000))
        #expect(company().state == .away && company().reason == "timed-out")
        #expect(company().at == WallClock(unixMilliseconds: 2000))
        pulse.answered(at: WallClock(unixMilliseconds: 3000))
        #expect(company().state == .up && company().reason == nil)
    }

    @Test("the database is as its monitor says, since then")
    func database() {
        let start = MonotonicTime.now
        let service = Self.service([], DatabaseHealth(state: .away, since: start, reason: "refused"))
        let state = service.state(now: Self.now, monotonic: start + .seconds(5))
        // It began a moment later than the database's state did.
        #expect((4...5).contains(state.uptimeSeconds))
        #expect(
            state.dependencies == [
                HouseState.Dependency(
                    name: "postgresql", kind: "DATABASE", state: .away, reason: "refused",
                    at: WallClock(unixMilliseconds: Self.now.unixMilliseconds - 5000))
            ])
    }

    @Test("a rule says what was found of it, and one that was not looked at says so")
    func rules() {
        let findings = RuleFindings([
            RuleFindings.Finding(name: "a", area: "seats"), RuleFindings.Finding(name: "b", area: "money"),
        ])
        findings.found(3, ofRule: 1, at: Self.now)
        findings.found(9, ofRule: 2, at: Self.now)
        let state = Self.service([], rules: findings).state()
        #expect(state.rules.map(\.count) == [nil, 3] && state.rules.map(\.lookedAt) == [nil, Self.now])
        var writer = JSONWriter()
        state.encode(to: &writer)
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(text.contains(#""name":"a","area":"seats","violations":null"#), "\(text)")
        #expect(text.contains(#""violations":3"#), "\(text)")
    }

    private static func service(
        _ companies: [GatewayPulse], _ health: DatabaseHealth = DatabaseHealth(state: .up, since: .now),
        rules: RuleFindings = RuleFindings([])
    ) -> HouseService {
        HouseService(startedAt: .now, database: { health }, companies: companies, rules: rules)
    }
}
