/// What became of the bytes of a packet.
enum Assembly: Equatable, Sendable {
    /// Used up; there is no unit in it.
    case nothing
    /// Of no use; the word says why.
    case dropped(StaticString)
    /// A unit that lies in the tag as it is to be passed on.
    case borrowed(Range<Int>, UnitFlags)
    /// A unit that had to be rewritten; it is in the scratch memory.
    case rewritten(UnitFlags)

    static func == (left: Assembly, right: Assembly) -> Bool {
        switch (left, right) {
        case (.nothing, .nothing): true
        case (.dropped(let one), .dropped(let other)): one.description == other.description
        case (.borrowed(let range, let flags), .borrowed(let otherRange, let otherFlags)):
            range == otherRange && flags == otherFlags
        case (.rewritten(let one), .rewritten(let other)): one == other
        default: false
        }
    }
}

struct UnitFlags: Equatable, Sendable {
    var isRandomAccess: Bool
    var isDisposable = false
}
