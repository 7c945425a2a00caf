package import Primitives

/// Every bound on what seat maps can make Podo hold or do.
package struct SeatLimits: Sendable {
    /// Maps in memory, and the seats of all of them; the ones that were asked for longest ago are forgotten. Where none
    /// can be, because they are followed or being written, no other is read: 503.
    package var mapCountMax = 256
    package var seatCountMax = 4_000_000
    /// Of these, the ones that somebody follows, which are never forgotten. Beyond it another map cannot be followed.
    package var followedMapCountMax = 128
    package var followedSeatCountMax = 2_000_000
    /// Requests that wait for the same map to be read; more are told to come again.
    package var loadWaiterCountMax = 10_000
    /// Seats read by one statement: between two the loop does other things.
    package var pageCountMax = 2500
    /// Changes that a map remembers for those who follow it. Who has missed more is told to read the map again.
    package var rememberedChangeCountMax = 8192
    /// Sections of a map that are kept written; of others the map is written each time anew.
    package var renderingCountMax = 32
    /// Bytes of everything that is kept written. Beyond it, what was written of the maps that were asked for longest
    /// ago is thrown away.
    package var renderingByteCountMax = 256 * 1024 * 1024
    /// A map is written again after so many times the time that it took: so it takes a twentieth of a thread at most.
    package var renderingRestFactor: Int64 = 20
    /// Changes that wait to be told to other processes. When there are more, these are told to read again.
    package var newsCountMax = 100_000
    /// Changes heard of while a map is being read. When there are more, it is read again soon.
    package var loadingChangeCountMax = 100_000
    /// How often a seat is looked at of which a change is expected: at every work of the news.
    package var expectAttemptCountMax = 30
    /// Seats looked at together.
    package var expectCountMax = 4096
    /// A map that is in use is read again after this long, for what nobody told.
    package var rereadTime = TimeAmount.seconds(30)
    /// One that was read longer ago is not believed any more.
    package var trustTime = TimeAmount.seconds(90)
    /// How much earlier than its end a hold counts as lapsed here, because the database has its own clock.
    package var clockSkewMax = TimeAmount.seconds(2)
    /// Seats that one request takes out of the sale, or gives back to it. Of more than `rememberedChangeCountMax`
    /// whoever follows the map would have to read it again.
    package static let blockCountMax = 5000
    /// Those who follow maps on one loop.
    package var followerCountMax = 20_000
    /// Of these, the ones that something is sent to before the loop does other things.
    package var followerTurnCountMax = 500
    /// Changes are gathered for so long before they are sent.
    package var eventInterval = TimeAmount.milliseconds(100)

    package init() {}
}
