/// What a pass opens, looked up once for each request.
struct OpenedStream {
    let name: String
    let quality: PlaybackQuality
    /// Nil while nothing of it is in memory.
    let live: ServedStream?
    /// Nil of a show that has not begun, or of which nothing is known; and of what is no show's.
    let phase: ShowPhase?
}
