package import Primitives

/// How much of what is for sale one request may describe. What is more is refused with `invalid-request`.
package enum CatalogueLimits {
    static let nameLengthMax = 200
    static let locationLengthMax = 300
    static let descriptionLengthMax = 20_000
    static let wordLengthMax = 50

    static let sideLengthMax = 1000
    static let sectionCountMax = 200
    static let aisleCountMax = 100
    static let blockedCountMax = 5000

    static let gradeCountMax = 50
    static let fieldCountMax = 50
    static let fieldLengthMax = 1000
    static let refundRuleCountMax = 20
    /// Of one request; more schedules come by requests of their own.
    static let scheduleCountMax = 100
    /// Seats that one request makes, of all its schedules: some seconds of work for the database.
    static let seatCountMax = 250_000
    /// What one seller has at the same time: stages, concerts that are not over, and schedules to come with all their
    /// seats. Anybody may become a seller.
    static let sellerStageCountMax = 200
    static let sellerConcertCountMax = 1000
    static let sellerScheduleCountMax = 1000
    static let sellerSeatCountMax = 2_000_000
    /// Seats that are made for one seller within a day, whatever has become of them.
    static let sellerSeatCountOfDayMax = 2_000_000
    /// From here on the database does it on the connection for long work, beside everybody else's.
    static let quickSeatCountMax = 5000
    static let runtimeMinutesMax: Int64 = 10_080
    package static let showTimeMaxMilliseconds: Int64 = 14 * 86_400_000
    /// How long after the end a recording can be seen at most.
    package static let replayTimeMaxMilliseconds: Int64 = 90 * 86_400_000
    /// How long before the start the doors may open.
    static let doorsMinutesMax: Int64 = 1440
    static let doorsMinutesDefault = 30
    /// Heights of pictures that a grade may be bounded to.
    static let heights: ClosedRange<Int64> = 144...4320
    /// That watch with one ticket at the same time.
    static let devices: ClosedRange<Int64> = 1...4

    static let keywordLengthMax = 100
    static let teamCountMax = 50

    /// Readers that wait for one concert; whoever comes on top of that is told to come again.
    static let readerCountMax = 20_000
    /// How old the numbers of seats may be that are left, and of how many concerts they are remembered; beyond it all
    /// are forgotten, and counted again.
    package static let remainingTime = TimeAmount.milliseconds(1000)
    static let remainingConcertCountMax = 1024

    package static let posterByteCountMax = 8 * 1024 * 1024
    /// Decoded, a picture of so many pixels takes some 100 MB.
    package static let posterPixelCountMax = 24_000_000
    static let posterSideMin = 64
    package static let posterSideMax = 12_000
}
