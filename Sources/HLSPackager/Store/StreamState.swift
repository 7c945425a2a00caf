package import Primitives

/// What of a stream must outlive the process, so that its numbers never go back. Saved now and then, and handed to the
/// stream that is made after a restart.
package struct StreamState: Equatable, Sendable {
    /// Larger than the media sequence of every segment so far.
    package var nextSequence: Int
    /// Larger than the number of every initialisation section so far.
    package var nextInitialisation: Int
    /// Discontinuities so far.
    package var discontinuityCount: Int
    /// Larger than the number of every key so far.
    package var nextKey: Int
    /// When the media's time was zero, or a little earlier: all media so far is of a time before the one that has
    /// passed since. Nil if nobody knows.
    package var zeroAt: WallClock?

    package init(
        nextSequence: Int = 0, nextInitialisation: Int = 0, discontinuityCount: Int = 0, nextKey: Int = 0,
        zeroAt: WallClock? = nil
    ) {
        self.nextSequence = nextSequence
        self.nextInitialisation = nextInitialisation
        self.discontinuityCount = discontinuityCount
        self.nextKey = nextKey
        self.zeroAt = zeroAt
    }

    /// No file is believed that has a larger number: players count in floating point, and something has to be left to
    /// count on with.
    static let numberMax = 1 << 53

    var isPossible: Bool {
        [self.nextSequence, self.nextInitialisation, self.discontinuityCount, self.nextKey].allSatisfy {
            (0...Self.numberMax).contains($0)
        } && (0...Int64(Self.numberMax)).contains(self.zeroAt?.unixMilliseconds ?? 0)
    }

    /// A stream that has never had a segment.
    var isNew: Bool { self == StreamState(zeroAt: self.zeroAt) }

    /// The state to go on with when this one may have been saved a while before the process ended.
    ///
    /// - Parameter margin: More than the segments that can have been made since; used for all numbers.
    package func resumed(margin: Int) -> StreamState {
        guard !self.isNew else { return self }
        var state = self
        state.nextSequence &+= margin
        state.nextInitialisation &+= margin
        state.discontinuityCount &+= margin
        state.nextKey &+= margin
        return state
    }
}
