import TestSupport
import Testing

@testable import Payments

@Suite("The rules of giving back")
struct RefundPolicyTests {
    private static func moment(_ days: Int, _ seconds: Int64 = 1_000_000, hasBegun: Bool = false) -> RefundPolicy.Moment
    {
        RefundPolicy.Moment(daysBefore: days, hasBegun: hasBegun, secondsSincePurchase: seconds)
    }

    @Test(
        "by the standard, more is kept the nearer the show is",
        arguments: [
            (400, 0), (10, 0), (9, 1000), (7, 1000), (6, 2000), (3, 2000), (2, 3000), (1, 3000), (0, 9000),
        ] as [(Int, Int64)])
    func standard(days: Int, points: Int64) {
        #expect(RefundPolicy.standard.feeBasisPoints(at: Self.moment(days)) == points)
    }

    @Test("nothing is taken back of a show that has begun, or of yesterday's")
    func begun() {
        #expect(RefundPolicy.standard.feeBasisPoints(at: Self.moment(0, hasBegun: true)) == nil)
        #expect(RefundPolicy.standard.feeBasisPoints(at: Self.moment(-1)) == nil)
        #expect(RefundPolicy.standard.share(of: 1000, at: Self.moment(-1)) == nil)
    }

    @Test(
        "within a day of the purchase nothing is kept, until three days before the show",
        arguments: [(3, 0, 0), (3, 86_399, 0), (3, 86_400, 2000), (2, 0, 3000), (0, 0, 9000)] as [(Int, Int64, Int64)])
    func grace(days: Int, seconds: Int64, points: Int64) {
        #expect(RefundPolicy.standard.feeBasisPoints(at: Self.moment(days, seconds)) == points)
    }

    @Test("of any total and any part, what goes back and what is kept are the whole, and the buyer gets the odd unit")
    func shares() {
        var random = SplitMix(seed: 7)
        for _ in 0..<20_000 {
            let total = Int64.random(in: 0...1_000_000_000_000, using: &random)
            let points = Int64.random(in: 0...10_000, using: &random)
            let share = RefundPolicy.share(of: total, keeping: points)
            #expect(share.back + share.fee == total)
            let (high, low) = total.multipliedFullWidth(by: points)
            #expect(share.fee == (10_000 as Int64).dividingFullWidth((high, low)).quotient)
        }
        #expect(RefundPolicy.share(of: 99_999, keeping: 1000) == RefundPolicy.Share(back: 90_000, fee: 9999))
        #expect(RefundPolicy.share(of: Int64.max, keeping: 9999).fee > 0)
    }

    @Test("never is more kept than the day before, whatever the rules are written like")
    func isMonotone() {
        var random = SplitMix(seed: 11)
        for _ in 0..<500 {
            let points = (0..<5).map { _ in Int64.random(in: 0...10_000, using: &random) }.sorted()
            let days = [20, 10, 7, 3, 0]
            var tiers = zip(days, points).map { RefundPolicy.Tier(daysBefore: $0, feeBasisPoints: $1) }
            tiers.shuffle(using: &random)
            let policy = RefundPolicy(tiers: tiers, graceSeconds: 0, graceDaysBefore: 0)
            var last: Int64 = 10_000
            for day in 0..<40 {
                let now = policy.feeBasisPoints(at: Self.moment(day)) ?? 10_000
                #expect(now <= last)
                last = now
            }
        }
    }

    @Test("an organizer's own may take back what has begun, for so many days")
    func begunByOwnRules() {
        let policy = RefundPolicy(
            tiers: [
                RefundPolicy.Tier(daysBefore: 7, feeBasisPoints: 0),
                RefundPolicy.Tier(daysBefore: -2, feeBasisPoints: 500),
            ], graceSeconds: 86_400, graceDaysBefore: 3)
        #expect(policy.feeBasisPoints(at: Self.moment(0)) == 500)
        #expect(policy.feeBasisPoints(at: Self.moment(0, 0, hasBegun: true)) == 500)
        #expect(policy.feeBasisPoints(at: Self.moment(-2, hasBegun: true)) == 500)
        #expect(policy.feeBasisPoints(at: Self.moment(-3, hasBegun: true)) == nil)
    }

    @Test("are read as a concert has them")
    func json() {
        let policy = RefundPolicy(
            json: #"[{"daysBefore":5,"feeBasisPoints":0},{"feeBasisPoints":500,"daysBefore":1}]"#)
        #expect(policy?.feeBasisPoints(at: Self.moment(5)) == 0)
        #expect(policy?.feeBasisPoints(at: Self.moment(4)) == 500)
        #expect(policy?.feeBasisPoints(at: Self.moment(4, 3599)) == 0)
        #expect(policy?.feeBasisPoints(at: Self.moment(0)) == nil)
        #expect(policy?.graceDaysBefore == 3)
    }

    @Test(
        "that are none are not taken for some",
        arguments: [
            "", "[]", "{}", "[1]", #"{"tiers":[{"daysBefore":1,"feeBasisPoints":0}]}"#, #"[{"daysBefore":1}]"#,
            #"[{"daysBefore":-3651,"feeBasisPoints":0}]"#, #"[{"daysBefore":1,"feeBasisPoints":10001}]"#,
        ])
    func noRules(text: String) { #expect(RefundPolicy(json: text) == nil) }
}
