/// How much of a show a ticket opens: a cheaper one may have smaller pictures, or no replay.
package struct PlaybackGrant: Equatable, Sendable {
    /// The tallest picture, in lines; nil for any.
    package let heightMax: Int?
    package let hasReplay: Bool

    package static let everything = PlaybackGrant(heightMax: nil, hasReplay: true)

    package init(heightMax: Int?, hasReplay: Bool) {
        self.heightMax = heightMax
        self.hasReplay = hasReplay
    }
}
