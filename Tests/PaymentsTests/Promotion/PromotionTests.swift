import Testing

@testable import Payments

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
}
