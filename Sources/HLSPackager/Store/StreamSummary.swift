package import MediaTypes
package import Primitives

/// A stream in a few figures.
package struct StreamSummary: Equatable, Sendable {
    package enum Phase: Sendable {
        /// Somebody publishes it.
        case live
        /// The publisher has gone and may come back.
        case interrupted
        /// It has not begun, or nobody came back.
        case over
    }

    package var phase = Phase.over
    /// Those that go on.
    package var renditionCount = 0
    /// How much its longest playlist shows.
    package var windowTime = TimeAmount.nanoseconds(0)
    /// The memory of all that is kept.
    package var byteCount = 0
    /// Of its first rendition.
    package var formats: [TrackFormat] = []

    package init() {}
}
