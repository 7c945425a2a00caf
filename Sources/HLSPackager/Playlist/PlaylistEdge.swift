/// Where a rendition's playlist ends at this moment: its last segment and part, and the part that comes next.
package struct PlaylistEdge: Equatable, Sendable {
    /// The last segment that nothing is added to any more; one before the first if there is none.
    package let lastSegment: Int
    /// The last part; nil if there is none at all. A segment without parts counts as one part: it can be waited for.
    package let lastPart: PartPosition?
    /// The part that comes next, as far as anyone knows: its segment may also end before it.
    package let nextPart: PartPosition

    package init(_ snapshot: RenditionSnapshot) {
        guard let last = snapshot.segments.last else {
            self.lastSegment = snapshot.nextSequence - 1
            self.lastPart = nil
            self.nextPart = PartPosition(sequence: snapshot.nextSequence, part: 0)
            return
        }
        self.lastSegment = last.isComplete ? last.sequence : last.sequence - 1
        self.nextPart =
            last.isComplete
            ? PartPosition(sequence: max(snapshot.nextSequence, last.sequence + 1), part: 0)
            : PartPosition(sequence: last.sequence, part: last.parts.count)
        if !last.parts.isEmpty || last.isComplete {
            self.lastPart = PartPosition(sequence: last.sequence, part: max(last.parts.count - 1, 0))
        } else {
            self.lastPart = snapshot.segments.dropLast().last.map {
                PartPosition(sequence: $0.sequence, part: max($0.parts.count - 1, 0))
            }
        }
    }
}

/// A part by its segment's sequence and its own number. One after the last of its segment stands for the first part
/// of the next segment, so that positions are in order.
package struct PartPosition: Comparable, Hashable, Sendable {
    package var sequence: Int
    package var part: Int

    package init(sequence: Int, part: Int) {
        self.sequence = sequence
        self.part = part
    }

    package static func < (left: PartPosition, right: PartPosition) -> Bool {
        (left.sequence, left.part) < (right.sequence, right.part)
    }
}
