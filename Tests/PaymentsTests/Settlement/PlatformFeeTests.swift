import TestSupport
import Testing

@testable import Payments

@Suite("The fee of the house")
struct PlatformFeeTests {
    @Test(
        "is rounded once, half a unit up, and its tax down",
        arguments: [
            (100_000, 5000, 500), (1010, 51, 5), (1009, 50, 5), (0, 0, 0), (-1010, -51, -5), (9, 0, 0), (10, 1, 0),
        ] as [(Int64, Int64, Int64)])
    func amounts(total: Int64, fee: Int64, tax: Int64) {
        #expect(PlatformFee().amounts(of: total) == PlatformFee.Amounts(fee: fee, tax: tax))
    }

    @Test("of a day that is taken back is what was paid for it, and no number is too large")
    func symmetric() {
        var random = SplitMix(seed: 3)
        for _ in 0..<5000 {
            let total = Int64.random(in: 0...Int64.max, using: &random)
            let fee = PlatformFee(basisPoints: Int64.random(in: 0...10_000, using: &random))
            let (there, back) = (fee.amounts(of: total), fee.amounts(of: -total))
            #expect(there.fee == -back.fee && there.tax == -back.tax && (0...total).contains(there.fee))
        }
        #expect(PlatformFee(basisPoints: 99_999).amounts(of: 7).fee == 7)
    }
}

@Suite("What a code takes off")
struct PromotionTests {
    @Test("is a part, with an end, or a sum, and never more than the price")
    func discounts() {
        #expect(Promotion.percent(basisPoints: 1000, most: nil).discount(of: 99_999) == 10_000)
        #expect(Promotion.percent(basisPoints: 1000, most: 5000).discount(of: 99_999) == 5000)
        #expect(Promotion.percent(basisPoints: 10_000, most: nil).discount(of: 777) == 777)
        #expect(Promotion.fixed(3000).discount(of: 2000) == 2000)
        #expect(Promotion.fixed(3000).discount(of: 20_000) == 3000)
    }

    @Test("is spread over prices without losing a unit, and takes no more off one than it costs")
    func spread() {
        var random = SplitMix(seed: 5)
        for _ in 0..<5000 {
            let prices = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                Int64.random(in: 0...1_000_000_000_000, using: &random)
            }
            let total = prices.reduce(0, +)
            let discount = Int64.random(in: 0...max(total, 1), using: &random)
            let parts = Promotion.spread(discount, over: prices)
            #expect(parts.reduce(0, +) == min(discount, total))
            #expect(zip(parts, prices).allSatisfy { 0 <= $0 && $0 <= $1 })
        }
    }
}
