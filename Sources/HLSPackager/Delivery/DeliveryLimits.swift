package import Primitives

/// What serving may hold.
package struct DeliveryLimits: Sendable {
    /// Requests that wait on one loop, for a part or for a stream to have enough to begin with. Whoever comes beyond
    /// is told to come back.
    package var waiterCountMax = 50_000
    /// The same of one holder: a player waits for a playlist and the next part of each rendition that it loads.
    package var holderWaiterCountMax = 32
    /// How long a request may wait before its answer is 503; nil for as long as playlists promise.
    package var waitTimeMax: TimeAmount?
    /// How often those are looked for that have waited too long.
    package var sweepTime = TimeAmount.milliseconds(250)
    /// How soon those who wait are asked for their passes again, after one may have been taken back.
    package var reviewTime = TimeAmount.milliseconds(2)
    /// How long a cache may keep a segment, a part or an initialisation section, in seconds: they never change.
    package var mediaCacheSeconds = 3600
    /// The same for a playlist that was asked for without a directive, which is outdated by the next part. It is never
    /// more than half a target duration.
    package var playlistCacheSeconds = 1

    package init() {}
}
