internal import HTTPServer

/// How much of a price goes back when a buyer changes his mind: a part of it is kept, more the nearer the show is.
///
/// Parts are basis points, hundredths of a percent. A total is rounded once, in the buyer's favour.
package struct RefundPolicy: Equatable, Sendable {
    /// From so many days before the show on, until the next tier. Days less than none are after its begin: without a
    /// tier of such, nothing is taken back of a show that has begun.
    package struct Tier: Equatable, Sendable {
        package var daysBefore: Int
        package var feeBasisPoints: Int64

        package init(daysBefore: Int, feeBasisPoints: Int64) {
            self.daysBefore = daysBefore
            self.feeBasisPoints = feeBasisPoints
        }
    }

    /// When something is given back, seen from where the show is.
    package struct Moment: Equatable, Sendable {
        /// Midnights between now and the show.
        package var daysBefore: Int
        package var hasBegun: Bool
        package var secondsSincePurchase: Int64

        package init(daysBefore: Int, hasBegun: Bool, secondsSincePurchase: Int64) {
            self.daysBefore = daysBefore
            self.hasBegun = hasBegun
            self.secondsSincePurchase = secondsSincePurchase
        }
    }

    package struct Share: Equatable, Sendable {
        package var back: Int64
        package var fee: Int64
    }

    package static let whole: Int64 = 10_000
    package static let tierCountMax = 32
    private static let days: ClosedRange<Int64> = -3650...3650

    /// Most days first.
    package let tiers: [Tier]
    /// Nothing is kept so soon after the purchase,
    package let graceSeconds: Int64
    /// as long as the show is this many days away.
    package let graceDaysBefore: Int

    /// The standard of the Korean Fair Trade Commission for settling disputes of consumers, performances: all until ten
    /// days before, then less a tenth, from six days on a fifth, from two days on three tenths, on the day itself nine
    /// tenths. All of it within a day of the purchase, until three days before the show.
    package static let standard = RefundPolicy(
        tiers: [
            Tier(daysBefore: 10, feeBasisPoints: 0), Tier(daysBefore: 7, feeBasisPoints: 1000),
            Tier(daysBefore: 3, feeBasisPoints: 2000), Tier(daysBefore: 1, feeBasisPoints: 3000),
            Tier(daysBefore: 0, feeBasisPoints: 9000),
        ], graceSeconds: 86_400, graceDaysBefore: 3)

    package init(tiers: [Tier], graceSeconds: Int64, graceDaysBefore: Int) {
        self.tiers = tiers.sorted { $0.daysBefore > $1.daysBefore }
        self.graceSeconds = graceSeconds
        self.graceDaysBefore = graceDaysBefore
    }

    /// What is kept at a moment; nil when nothing is taken back any more.
    package func feeBasisPoints(at moment: Moment) -> Int64? {
        if moment.hasBegun {
            return self.tiers.first { $0.daysBefore < 0 && moment.daysBefore >= $0.daysBefore }?.feeBasisPoints
        }
        if moment.secondsSincePurchase < self.graceSeconds, moment.daysBefore >= self.graceDaysBefore { return 0 }
        return self.tiers.first { moment.daysBefore >= $0.daysBefore }?.feeBasisPoints
    }

    /// What of a total goes back and what is kept; nil when nothing is taken back any more.
    package func share(of total: Int64, at moment: Moment) -> Share? {
        guard let points = self.feeBasisPoints(at: moment) else { return nil }
        return Self.share(of: total, keeping: points)
    }

    /// The fee is rounded down.
    package static func share(of total: Int64, keeping basisPoints: Int64) -> Share {
        let total = max(total, 0)
        let points = min(max(basisPoints, 0), self.whole)
        // In parts, so that no product can be too large.
        let (thousands, rest) = total.quotientAndRemainder(dividingBy: self.whole)
        let fee = thousands * points + rest * points / self.whole
        return Share(back: total - fee, fee: fee)
    }

    // MARK: An organizer's own

    /// Reads the rules of a concert as they are kept: `[{"daysBefore":7,"feeBasisPoints":1000}]`; nil for what is none.
    /// They say nothing of what was just bought: for that it is as in the standard.
    package init?(json: String) {
        // What is no JSON is no policy; whoever asks says so.
        guard case .array(let rules)? = try? JSONParser.parse(Array(json.utf8)),
            (1...Self.tierCountMax).contains(rules.count)
        else { return nil }
        var tiers: [Tier] = []
        for rule in rules {
            // Which field is wrong is for those who write rules, not for who reads them.
            guard case .object(let members) = rule, let tier = try? TierInput(json: JSONObjectReader(members)) else {
                return nil
            }
            tiers.append(tier.tier)
        }
        let standard = Self.standard
        self.init(tiers: tiers, graceSeconds: standard.graceSeconds, graceDaysBefore: standard.graceDaysBefore)
    }

    private struct TierInput: JSONDecodable {
        let tier: Tier

        init(json: JSONObjectReader) throws(JSONFieldErrors) {
            let days = json.integer("daysBefore", in: RefundPolicy.days)
            let points = json.integer("feeBasisPoints", in: 0...RefundPolicy.whole)
            guard let days, let points else { throw json.failure }
            self.tier = Tier(daysBefore: Int(days), feeBasisPoints: points)
        }
    }
}
