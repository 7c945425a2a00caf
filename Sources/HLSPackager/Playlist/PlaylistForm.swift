/// The readings of one rendition that viewers may ask for, each a playlist with a name of its own.
package enum PlaylistForm: CaseIterable, Hashable, Sendable {
    /// The live window with parts, blocking reload and delta updates (RFC 8216bis §6.2.5, App. B), in fragmented MP4.
    case lowLatency
    /// The live window without parts, for players that know nothing of them.
    case plain
    /// The same in MPEG-TS, for players that know nothing of fragmented MP4.
    case transportStream
    /// Everything since the beginning, still growing: viewers may go back.
    case event
    /// Everything, and nothing will be added.
    case recording

    package var container: MediaContainer { self == .transportStream ? .transportStream : .fragmentedMP4 }

    /// Between the dots of its name: `main.plain.m3u8`. The low-latency form is the usual one, and has none.
    var label: StaticString? {
        switch self {
        case .lowLatency: nil
        case .plain: "plain"
        case .transportStream: "ts"
        case .event: "event"
        case .recording: "vod"
        }
    }

    /// EXT-X-VERSION of the full playlist, no higher than what it holds needs (RFC 8216bis §8): fractional durations
    /// are of version 3, EXT-X-MAP is of version 6. Chromium refuses any above 10.
    var version: Int { self.container == .transportStream ? 3 : 6 }
}

/// What segments are made of.
package enum MediaContainer: Hashable, Sendable {
    case fragmentedMP4
    case transportStream
}
