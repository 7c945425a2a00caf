internal import Postgres

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
}

extension Promotion {
    /// Columns 1 to 3: basis points or null, a sum or null, the most that is taken off or null.
    init(_ row: PostgresRow) throws(PostgresError) {
        if let points = try row.get(1, as: Int64?.self) {
            self = .percent(basisPoints: points, most: try row.get(3))
        } else {
            self = .fixed(try row.get(2))
        }
    }
}
