/// How much of a show a ticket opens: a cheaper one may have smaller pictures, or no replay.
package struct PlaybackGrant: Equatable, Sendable {
    /// The tallest picture, in lines; nil for any.
    package let heightMax: Int?
    package let hasReplay: Bool
    /// It is no ticket's: whoever makes the show sees what is not shown to anybody yet, or any more.
    package let isPreview: Bool

    package static let everything = PlaybackGrant(heightMax: nil, hasReplay: true)
    package static let preview = PlaybackGrant(heightMax: nil, hasReplay: true, isPreview: true)

    package init(heightMax: Int?, hasReplay: Bool, isPreview: Bool = false) {
        self.heightMax = heightMax
        self.hasReplay = hasReplay
        self.isPreview = isPreview
    }
}
