import Testing

@testable import Ticketing

@Suite("Numbers of seats")
struct SeatIDTests {
    @Test(
        "lead to schedule and seat and back",
        arguments: [(1, 0), (17, 5), (1 << 33 - 1, 1 << 20 - 1)] as [(Int64, Int)])
    func roundTrip(schedule: Int64, number: Int) throws {
        let id = try #require(SeatID(schedule: schedule, number: number))
        let again = try #require(SeatID(id.value))
        #expect(again == id && again.schedule == schedule && Int(again.number) == number)
        #expect(id.value < 1 << 53)
    }

    @Test("that no seat can have are refused", arguments: [-1, 0, 1 << 20 - 1, 1 << 53, .max] as [Int64])
    func impossible(value: Int64) { #expect(SeatID(value) == nil) }
}
