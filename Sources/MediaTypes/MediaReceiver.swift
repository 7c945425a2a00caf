/// Takes the media of one publishing, from its start to its end, on one loop.
///
/// Every call returns at once: a publisher is never held up by what becomes of its media.
package protocol MediaReceiver: AnyObject {
    /// A track's format, before its first unit and whenever it changes.
    func receive(_ format: TrackFormat, of track: TrackID)
    /// The bytes are valid during the call only.
    func receive(_ unit: AccessUnit, payload: borrowing RawSpan)
    /// The last call, once.
    func publishingEnded(_ end: MediaEnd)
}

package enum MediaEnd: Sendable {
    /// The publisher said that this was all.
    case finished
    /// It was lost, given up or replaced; it may come back.
    case interrupted
}
