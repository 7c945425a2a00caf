import Commerce
import HTTPServer
import Testing

@Suite("Money")
struct MoneyTests {
    @Test("is written with its currency, in the smallest unit")
    func json() {
        var writer = JSONWriter()
        Money(99_000).encode(to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"amount":99000,"currency":"KRW"}"#)
    }

    @Test("has the decimal places of ISO 4217")
    func exponents() {
        #expect(Currency.allCases.map(\.exponent) == [0, 0, 2, 2, 3])
    }
}
