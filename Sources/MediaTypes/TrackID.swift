package enum MediaKind: UInt8, Hashable, Sendable {
    case audio
    case video
}

/// Names a track within one stream. Number 0 is the one that a player takes by itself.
package struct TrackID: Hashable, Sendable {
    package let kind: MediaKind
    package let number: UInt8

    package init(_ kind: MediaKind, _ number: UInt8 = 0) {
        self.kind = kind
        self.number = number
    }

    /// By hand: asked several times for each unit, and what the compiler makes compares through a witness table.
    package static func == (left: TrackID, right: TrackID) -> Bool {
        left.number == right.number && left.kind.rawValue == right.kind.rawValue
    }
}
