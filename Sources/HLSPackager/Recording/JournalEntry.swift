internal import MediaTypes
internal import Primitives

/// One fact about a recorded show, a line of its journal. What a line says exists is whole on the disk before the line
/// is written.
///
/// | line | what |
/// |---|---|
/// | `show NAME SECONDS` | the first line: which stream, and its target duration |
/// | `tracks RENDITION FORMAT…` | what the rendition's tracks are from here on |
/// | `init RENDITION NUMBER OFFSET COUNT` | an initialisation section in the media file |
/// | `media RENDITION SEQUENCE OFFSET COUNT TIME START DISCONTINUITY INIT PICTURES TIME FLAG` | a segment |
/// | `gap RENDITION SEQUENCE TIME START DISCONTINUITY INIT` | a segment that was lost |
/// | `key NUMBER BYTES` | a key that segments name; a segment then ends with `NUMBER VECTOR` |
/// | `end` | nothing will follow |
///
/// Each ends with a sum over itself and all lines before it, so that neither a torn line nor one that an earlier,
/// failed write has left behind can be taken for the journal's.
enum JournalEntry: Equatable, Sendable {
    case show(stream: String, targetDurationSeconds: Int)
    case tracks(RenditionID, [TrackFormat])
    case initialisation(RenditionID, number: Int, Range<Int>)
    case segment(RenditionID, RecordedSegment)
    case key(number: Int, [UInt8])
    case end
}

/// A segment as a recording knows it.
struct RecordedSegment: Equatable, Sendable {
    var sequence: Int
    /// In the show's media file; nil when the recording lost it.
    var range: Range<Int>?
    var durationNanoseconds: Int64
    var startsAt: WallClock
    /// Of the stream's discontinuities, the one that it follows.
    var discontinuity: Int
    var initialisationNumber: Int
    /// Pictures in it, and how long they last together.
    var pictureCount = 0
    var pictureNanoseconds: Int64 = 0
    /// Decoding can begin at its beginning.
    var isIndependent: Bool
    var encryption: RenditionSnapshot.Encryption?
}

/// FNV-1a, 64 bits, over one line after the other: changing one byte of a line always changes its sum.
struct JournalSum: Equatable, Sendable {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { self.value = (self.value ^ UInt64(byte)) &* 0x0100_0000_01b3 }
    }
}
