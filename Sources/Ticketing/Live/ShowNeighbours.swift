package import Observability
package import Postgres
package import Primitives

/// Stream keys of shows: who has one may publish. What a key is, others know.
package protocol ShowKeys: Sendable {
    /// A new key; the one before it is void. Shown once.
    func issue(
        _ schedule: Int64, seller: Int64, from: WallClock, until: WallClock, actor: String
    ) async throws -> Secret<String>

    /// False when there was none.
    func revoke(_ schedule: Int64, seller: Int64, actor: String) async throws -> Bool

    /// The same key, at another time.
    func move(
        _ schedule: Int64, seller: Int64, from: WallClock, until: WallClock, in transaction: PostgresTransaction
    ) async throws
}

/// How shows do that are published. Answers at once.
package protocol ShowStreams: Sendable {
    /// Where publishers are pointed at; the key follows behind a slash.
    var publishURL: String { get }
    /// Nil when nobody publishes it here.
    func health(of schedule: Int64) -> ShowHealth?
    /// What it showed last, as a JPEG; nil when there is no picture.
    func picture(of schedule: Int64) -> SharedBytes?
}

/// How many watch. Answers at once.
package protocol ViewerCounts: Sendable {
    func viewerCount(of schedule: Int64) -> Int
}

/// Until somebody counts.
package struct NoViewers: ViewerCounts {
    package init() {}

    package func viewerCount(of schedule: Int64) -> Int { 0 }
}

/// How a show's stream does. What is not known, or not yet, is nil.
package struct ShowHealth: Equatable, Sendable {
    /// Seconds since the publisher came.
    package var publishingSeconds = 0
    package var videoBitsPerSecond = 0
    package var audioBitsPerSecond = 0
    package var framesPerSecond = 0.0
    package var keyframeIntervalSeconds: Double?
    /// How far sound is ahead of the picture, by their times.
    package var audioOffsetSeconds: Double?
    package var jitterSeconds = 0.0
    /// Pictures at which a segment could have begun and that came too late for it.
    package var lateKeyframeCount = 0
    package var droppedUnitCount = 0
    package var width: Int?
    package var height: Int?
    /// As players are told (RFC 6381).
    package var codecs: [String] = []
    /// How much viewers can go back, and how old the newest of it is.
    package var windowSeconds: Double?
    package var latestPartAgeSeconds: Double?

    package init() {}
}
