package import Primitives

/// Every bound on what recording may hold, in memory and on the disk.
package struct RecordingLimits: Sendable {
    // What waits for the disk.
    /// Media of one stream; what comes beyond it is lost to the recording, and only to that.
    package var queuedByteCountMax = 64 * 1024 * 1024
    /// The same of all streams together.
    package var allQueuedByteCountMax = 256 * 1024 * 1024
    /// Segments of one stream, with or without media. One more, and its recording ends.
    package var queuedSegmentCountMax = 4096
    /// Segments in a row that were lost while the disk took nothing. One more, and the recording ends.
    package var lostSegmentCountMax = 4096
    /// After a failure the disk is left alone for this long, twice as long after every further one, up to the maximum.
    package var retryTimeMin = TimeAmount.seconds(2)
    package var retryTimeMax = TimeAmount.seconds(60)

    // What is kept on the disk.
    /// All recordings together. The oldest finished shows go first; a show that is being recorded never goes, and stops
    /// when there is nothing else left to delete.
    package var byteCountMax = 100 * 1024 * 1024 * 1024
    /// Finished shows of one stream.
    package var showCountMax = 8
    /// Streams that have recordings; one more is not recorded.
    package var streamCountMax = 1024
    /// A journal is read whole. A show that needs a longer one ends: that is a day of eight renditions.
    package var journalByteCountMax = 64 * 1024 * 1024
    /// The same, as are the following two: a show that needs more ends, and another begins.
    package var renditionCountMax = 16
    /// Keys of an encrypted show: a new one for every segment, for a day.
    package var keyCountMax = 65_536
    /// Formats that a rendition has had, for its line in the multivariant playlist.
    package var formatCountMax = 16

    // What is kept in memory of what is on the disk.
    /// Playlists and positions of finished shows; those that nobody asked for lately are read again when somebody does.
    package var loadedByteCountMax = 64 * 1024 * 1024
    package var loadedShowCountMax = 64
    /// Files of deleted shows that somebody still reads, which are closed where that holds nobody up.
    package var deletedShowCountMax = 64
    /// A playlist that somebody asked for is rendered anew with each segment for this long.
    package var wantedTime = TimeAmount.seconds(30)

    /// A recording that began so long before its show, or longer, is of a rehearsal: the show's begins with the show.
    static let beginningTimeMax = TimeAmount.seconds(30)

    /// A show that was interrupted longer ago than this is over when the server starts.
    package var resumeTimeMax = TimeAmount.seconds(600)

    package init() {}
}

/// Every bound on the numbers of streams that outlive the process.
package struct StreamStateLimits: Sendable {
    /// Streams that are known by name; the others share the highest numbers of those that were forgotten.
    package var streamCountMax = 4096
    /// More segments, initialisation sections and discontinuities than a stream makes between two saves.
    package var margin = 256
    /// What has changed is saved after this at the latest, unless the disk is slower.
    package var saveTime = TimeAmount.seconds(3)

    package init() {}
}
