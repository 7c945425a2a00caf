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
