/// What the house keeps of a day's sales of a seller, and the tax on it.
package struct PlatformFee: Equatable, Sendable {
    /// Hundredths of a percent of what was sold less what went back.
    package var basisPoints: Int64
    /// Of the fee.
    package var taxBasisPoints: Int64

    package init(basisPoints: Int64 = 500, taxBasisPoints: Int64 = 1000) {
        self.basisPoints = min(max(basisPoints, 0), RefundPolicy.whole)
        self.taxBasisPoints = min(max(taxBasisPoints, 0), RefundPolicy.whole)
    }

    package struct Amounts: Equatable, Sendable {
        package var fee: Int64
        package var tax: Int64
    }

    /// Of a day's total, once: half a unit and more counts as one, the tax is rounded down. A day on which more went
    /// back than came gives fee and tax back, rounded the same way.
    package func amounts(of total: Int64) -> Amounts {
        let size = Int64(clamping: total.magnitude)
        let fee = Self.part(size, self.basisPoints, rounding: RefundPolicy.whole / 2)
        let tax = Self.part(fee, self.taxBasisPoints, rounding: 0)
        return total < 0 ? Amounts(fee: -fee, tax: -tax) : Amounts(fee: fee, tax: tax)
    }

    /// In parts, so that no product can be too large.
    private static func part(_ value: Int64, _ points: Int64, rounding: Int64) -> Int64 {
        let (thousands, rest) = value.quotientAndRemainder(dividingBy: RefundPolicy.whole)
        return thousands * points + (rest * points + rounding) / RefundPolicy.whole
    }
}
