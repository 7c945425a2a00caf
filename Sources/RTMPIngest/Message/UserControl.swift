internal import Primitives

/// The user control events that mean something to an ingest. All others are ignored: peers send 31, 32 and more. So
/// is the answer to a ping of ours, of which it is enough that bytes came.
enum UserControl {
    static let streamBeginEvent: UInt16 = 0
    static let pingRequestEvent: UInt16 = 6
    static let pingResponseEvent: UInt16 = 7

    /// What a ping request wants to hear again; nil for other events and for one that is cut short.
    static func pingRequest(_ payload: borrowing RawSpan) -> UInt32? {
        guard payload.bigEndianUInt16(at: 0) == Self.pingRequestEvent else { return nil }
        return payload.bigEndianUInt32(at: 2)
    }
}
