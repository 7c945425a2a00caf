import Testing

@testable import Postgres

@Suite
struct MigrationPlanTests {
    private let known = [
        MigrationRecord(number: 100, name: "seats", checksum: "cc"),
        MigrationRecord(number: 1, name: "members", checksum: "aa"),
        MigrationRecord(number: 2, name: "audit", checksum: "bb"),
    ]

    @Test
    func `what is missing is applied in order of its number`() throws {
        #expect(try MigrationPlan(known: self.known, applied: []).pending == [1, 2, 100])
        let plan = try MigrationPlan(known: self.known, applied: [self.known[0], self.known[1]])
        #expect(plan.pending == [2])
        #expect(plan.appliedCount == 2)
        #expect(try MigrationPlan(known: self.known, applied: self.known).pending.isEmpty)
    }

    @Test
    func `a database of a newer program is refused`() {
        let newer = self.known + [MigrationRecord(number: 101, name: "queue", checksum: "dd")]
        let error = #expect(throws: MigrationError.self) { try MigrationPlan(known: self.known, applied: newer) }
        #expect(error?.code == .schemaUnknown)
        #expect(error?.sentence.contains("migration 101 (queue), which this Podo does not know") == true)
    }

    @Test
    func `a migration that was changed after it was applied is refused`() {
        let other = [MigrationRecord(number: 1, name: "members", checksum: "ab")]
        let error = #expect(throws: MigrationError.self) { try MigrationPlan(known: self.known, applied: other) }
        #expect(error?.code == .schemaChanged)
        #expect(error?.sentence.contains("migration 1 (members)") == true)
    }
}
