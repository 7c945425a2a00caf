/// Why a chunk stream cannot be read any further. The connection is of no more use.
package enum ChunkError: Error, Equatable, Sendable {
    /// A chunk stream began with a header that leans on one before it (format 2 or 3).
    case headerWithoutPrevious
    case tooManyChunkStreams
    case messageTooLarge
    /// All unfinished messages together hold more than they may.
    case tooMuchUnfinished
    /// Set Chunk Size with zero, a set top bit, or fewer than four bytes.
    case chunkSizeInvalid
}
