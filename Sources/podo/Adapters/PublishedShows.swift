internal import HLSPackager
internal import MediaTypes
internal import Primitives
internal import RTMPIngest
internal import Ticketing

/// How shows do that are published here, put together of what the ingest and the packager know.
struct PublishedShows: ShowStreams {
    let publishURL: String
    let publishers: @Sendable (_ stream: String) -> LiveStream?
    let streams: PackagedStreams

    func picture(of schedule: Int64) -> SharedBytes? { self.streams.picture(of: ShowStream.name(of: schedule)) }

    func health(of schedule: Int64) -> ShowHealth? {
        let name = ShowStream.name(of: schedule)
        guard let live = self.publishers(name) else { return nil }
        return Self.health(live, self.streams.stream(name), now: .now)
    }

    static func health(_ live: LiveStream, _ packaged: WatchableStream?, now: MonotonicTime) -> ShowHealth {
        var health = ShowHealth()
        health.publishingSeconds = Int((now - live.startedAt).milliseconds / 1000)
        health.videoBitsPerSecond = live.health.videoBitsPerSecond
        health.audioBitsPerSecond = live.health.audioBitsPerSecond
        health.framesPerSecond = live.health.framesPerSecond
        health.keyframeIntervalSeconds = live.health.keyframeIntervalSeconds
        health.audioOffsetSeconds = live.health.audioOffsetSeconds
        health.jitterSeconds = live.health.jitterSeconds
        health.droppedUnitCount = live.health.droppedUnitCount
        guard let packaged else { return health }
        health.lateKeyframeCount = packaged.figures.lateKeyframeCount
        health.windowSeconds = packaged.summary.windowTime.seconds
        health.latestPartAgeSeconds = packaged.figures.lastPartAt.map { (now - $0).seconds }
        for case .video(let video) in packaged.summary.formats where video.width > 0 && health.width == nil {
            (health.width, health.height) = (video.width, video.height)
        }
        health.codecs = packaged.summary.formats.compactMap(\.codecString)
        return health
    }
}
