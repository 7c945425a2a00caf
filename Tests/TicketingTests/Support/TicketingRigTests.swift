import Testing

@Suite("What tests of selling begin with")
struct TicketingRigTests {
    @Test("is a concert on sale with all its seats, and members")
    func onSale() throws {
        let rig = try TicketingRig()
        let sale = try rig.concertOnSale(rows: 4, columns: 5)
        #expect(try rig.number("SELECT count(*) FROM seat WHERE schedule_id = \(sale.schedule) AND state = 0") == 20)
        #expect(try rig.number("SELECT count(*) FROM seat WHERE grade_id = \(sale.grades[0]) AND row_no <= 2") == 10)
        #expect(try rig.members(3).count == 3)
        #expect(try rig.number("SELECT count(*) FROM member WHERE role = 'SELLER'") == 1)
    }
}
