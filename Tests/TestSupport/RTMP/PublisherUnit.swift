/// An access unit as a generated stream means it: what must come out at the other end.
package struct PublisherUnit: Equatable, Sendable {
    package var isVideo: Bool
    package var track: UInt8 = 0
    /// Milliseconds, not wrapped.
    package var decodeTime: Int64
    package var compositionOffset: Int32
    package var isRandomAccess: Bool
    package var payload: [UInt8]
}
