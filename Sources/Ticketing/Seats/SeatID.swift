/// A seat of a schedule, as programs name it: one number from which both are read without asking anybody. JavaScript
/// reads it right for schedules below 2³³.
package struct SeatID: Hashable, Comparable, Sendable {
    package let schedule: Int64
    /// From 0 within the schedule.
    package let number: Int32

    /// Seats that one schedule can have.
    package static let countMax = 1 << 20
    package static let scheduleMax: Int64 = 1 << 33 - 1

    /// Nil when there can be no such seat.
    package init?(schedule: Int64, number: Int) {
        guard (1...Self.scheduleMax).contains(schedule), (0..<Self.countMax).contains(number) else { return nil }
        self.schedule = schedule
        self.number = Int32(number)
    }

    package init?(_ value: Int64) {
        guard value > 0 else { return nil }
        self.init(schedule: value >> 20, number: Int(value & (1 << 20 - 1)))
    }

    package var value: Int64 { self.schedule << 20 | Int64(self.number) }

    package static func < (left: SeatID, right: SeatID) -> Bool { left.value < right.value }
}
