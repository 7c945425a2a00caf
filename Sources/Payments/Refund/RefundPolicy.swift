package import HTTPServer

/// How much of a price goes back when a buyer changes his mind: a part of it is kept, more the nearer the show is.
///
/// Parts are basis points, hundredths of a percent. A total is rounded once, in the buyer's favour.
package struct RefundPolicy: Equatable, Sendable {
    /// From so many days before the show on, until the next tier.
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
    package static let daysMax = 3650

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
        guard !moment.hasBegun else { return nil }
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

    /// Reads `{"tiers":[{"daysBefore":7,"feeBasisPoints":1000}],"graceHours":24,"graceDaysBefore":3}`; nil for what is
    /// none. What it does not say about grace is as in the standard.
    package init?(json: String) {
        // What is no JSON is no policy; whoever asks says so.
        guard case .object(let members)? = try? JSONParser.parse(Array(json.utf8)) else { return nil }
        let reader = JSONObjectReader(members)
        // Which field is wrong is for those who write rules, not for who reads them.
        guard let input = try? RefundPolicyInput(json: reader), reader.errors.isEmpty else { return nil }
        self = input.policy
    }
}

/// The rules of an organizer, as they are written.
package struct RefundPolicyInput: JSONDecodable {
    package let policy: RefundPolicy

    private struct TierInput: JSONDecodable {
        let tier: RefundPolicy.Tier

        init(json: JSONObjectReader) throws(JSONFieldErrors) {
            let days = json.integer(
                "daysBefore", in: 0...Int64(RefundPolicy.daysMax), about: "Until so many days before the show.")
            let points = json.integer(
                "feeBasisPoints", in: 0...RefundPolicy.whole, about: "What is kept, in hundredths of a percent.")
            guard let days, let points else { throw json.failure }
            self.tier = RefundPolicy.Tier(daysBefore: Int(days), feeBasisPoints: points)
        }
    }

    package init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let standard = RefundPolicy.standard
        let tiers = json.array("tiers", of: TierInput.self, countMax: RefundPolicy.tierCountMax)
        let hours = json.integer("graceHours", in: 0...87_600, isRequired: false)
        let days = json.integer("graceDaysBefore", in: 0...Int64(RefundPolicy.daysMax), isRequired: false)
        guard let tiers else { throw json.failure }
        self.policy = RefundPolicy(
            tiers: tiers.map(\.tier), graceSeconds: hours.map { $0 * 3600 } ?? standard.graceSeconds,
            graceDaysBefore: days.map { Int($0) } ?? standard.graceDaysBefore)
    }
}
