import Testing

@testable import RTMPIngest

@Suite("Unwrapping timestamps")
struct TimestampUnwrapperTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let from: UInt32
        let to: UInt32
        var hasSeenExtended = false
        /// How far `to` lies from `from`; nil when that is a jump.
        let distance: Int64?

        var testDescription: String { self.name }
    }

    static let cases = [
        Case(name: "the next frame", from: 1000, to: 1033, distance: 33),
        Case(name: "the same time", from: 1000, to: 1000, distance: 0),
        Case(name: "a step back", from: 1010, to: 1000, distance: -10),
        Case(name: "just less than a minute", from: 0, to: 59_999, distance: 59_999),
        Case(name: "a minute", from: 0, to: 60_000, distance: nil),
        Case(name: "a minute back", from: 60_000, to: 0, distance: nil),
        Case(name: "24 bits wrap", from: 0xff_fff0, to: 0x10, distance: 0x20),
        Case(name: "24 bits wrap back", from: 0x10, to: 0xff_fff0, distance: -0x20),
        Case(
            name: "24 bits do not wrap once extended", from: 0xff_fff0, to: 0x10, hasSeenExtended: true, distance: nil),
        Case(name: "past 24 bits by a delta", from: 0xff_fff0, to: 0x100_0010, distance: 0x20),
        Case(name: "cut to 24 bits after two wraps by deltas", from: 0x2ff_0000, to: 0xff_0021, distance: 0x21),
        Case(name: "31 bits wrap", from: 0x7fff_fff0, to: 0x10, hasSeenExtended: true, distance: 0x20),
        Case(name: "31 bits wrap back", from: 0x10, to: 0x7fff_fff0, hasSeenExtended: true, distance: -0x20),
        Case(name: "31 bits do not wrap", from: 0x7fff_fff0, to: 0x8000_0010, hasSeenExtended: true, distance: 0x20),
        Case(name: "32 bits wrap", from: 0xffff_fff0, to: 0x10, hasSeenExtended: true, distance: 0x20),
        Case(name: "32 bits wrap back", from: 0x10, to: 0xffff_fff0, hasSeenExtended: true, distance: -0x20),
        Case(name: "exactly 2³¹", from: 5, to: 0x8000_0005, hasSeenExtended: true, distance: 0),
        Case(name: "16.9 million, extended", from: 0, to: 16_900_000, hasSeenExtended: true, distance: nil),
        Case(name: "16.9 million, not extended", from: 0, to: 16_900_000, distance: nil),
    ]

    @Test("a distance of less than a minute beside whole wraps is that distance", arguments: cases)
    func near(_ row: Case) {
        let unwrapper = TimestampUnwrapper(row.from, milliseconds: 1_000_000_000_000)
        let time = unwrapper.near(row.to, hasSeenExtended: row.hasSeenExtended)
        #expect(time.map { $0 - unwrapper.milliseconds } == row.distance)
    }

    @Test("any other time is the nearest that its 32 bits can stand for")
    func nearest() {
        let unwrapper = TimestampUnwrapper(100, milliseconds: 1 << 40)
        #expect(unwrapper.nearest(16_900_100) == (1 << 40) + 16_900_000)
        #expect(unwrapper.nearest(UInt32.max) == (1 << 40) - 101)
        #expect(TimestampUnwrapper(0, milliseconds: .max).nearest(1) == .min)
    }
}
