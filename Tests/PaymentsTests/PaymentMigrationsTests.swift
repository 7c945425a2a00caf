import Postgres
import Testing

@testable import Payments

@Suite("Migrations of payments")
struct PaymentMigrationsTests {
    @Test("have the numbers of this module")
    func numbers() {
        for number in PaymentMigrations.all.map(\.number) {
            #expect((200...299).contains(number) || (340...349).contains(number))
        }
    }
}
