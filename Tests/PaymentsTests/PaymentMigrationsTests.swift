import Postgres
import Testing

@testable import Payments

@Suite("Migrations of payments")
struct PaymentMigrationsTests {
    @Test("have the numbers of this module")
    func numbers() { #expect(PaymentMigrations.all.allSatisfy { (200...299).contains($0.number) }) }
}
