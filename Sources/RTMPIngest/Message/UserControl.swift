internal import Primitives

/// The user control events that mean something to an ingest. All others are ignored: peers send 31, 32 and more.
enum UserControl: Equatable {
    case pingRequest(UInt32)
    case pingResponse(UInt32)

    /// Nil for other events and for those that are cut short.
    init?(_ payload: borrowing RawSpan) {
        guard let event = payload.bigEndianUInt16(at: 0), let value = payload.bigEndianUInt32(at: 2) else { return nil }
        switch event {
        case Self.pingRequestEvent: self = .pingRequest(value)
        case Self.pingResponseEvent: self = .pingResponse(value)
        default: return nil
        }
    }

    static let streamBeginEvent: UInt16 = 0
    static let pingRequestEvent: UInt16 = 6
    static let pingResponseEvent: UInt16 = 7
}
