/// What a code takes off.
package enum Promotion: Equatable, Sendable {
    /// A part in basis points, and never more than `most`.
    case percent(basisPoints: Int64, most: Int64?)
    case fixed(Int64)

    /// What is taken off a total: rounded once, in the buyer's favour, and never more than there is to pay.
    package func discount(of total: Int64) -> Int64 {
        let total = max(total, 0)
        switch self {
        case .percent(let basisPoints, let most):
            // What is left is rounded down, so what is taken off is rounded up.
            let left = RefundPolicy.share(of: total, keeping: RefundPolicy.whole - basisPoints).fee
            return min(total - left, max(most ?? total, 0))
        case .fixed(let amount): return min(max(amount, 0), total)
        }
    }

    /// Over several prices, so that the parts sum to the whole: each gets what is left of its share after those before
    /// it, and no part is larger than its price.
    package static func spread(_ discount: Int64, over prices: [Int64]) -> [Int64] {
        let total = prices.reduce(0 as Int64) { $0 &+ max($1, 0) }
        let discount = min(max(discount, 0), total)
        guard total > 0 else { return prices.map { _ in 0 } }
        var (priced, given): (Int64, Int64) = (0, 0)
        return prices.map { price in
            priced += max(price, 0)
            let (high, low) = discount.multipliedFullWidth(by: priced)
            let until = total.dividingFullWidth((high, low)).quotient
            defer { given = until }
            return until - given
        }
    }
}
