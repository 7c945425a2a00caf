package import HTTPServer
internal import Observability
internal import Primitives

/// How far a show is, wherever it is told.
struct LiveAnswer: JSONEncodable {
    let live: LiveStatus

    static let states = JSONSchema.choice(of: LiveStatus.State.self).kind

    /// One for each shape.
    static let examples: [LiveAnswer] = {
        let start = WallClock(unixMilliseconds: 1_798_106_401_250)
        return [
            LiveAnswer(live: LiveStatus()), LiveAnswer(live: LiveStatus(state: .live, startedAt: start)),
            LiveAnswer(
                live: LiveStatus(state: .live, startedAt: start, interruptedAt: start.adding(.seconds(1800)))),
            LiveAnswer(live: LiveStatus(state: .ended, startedAt: start, endedAt: start.adding(.seconds(7200)))),
        ]
    }()

    func encode(to writer: inout JSONWriter) { writer.object { self.encodeMembers(to: &$0) } }

    private func encodeMembers(to writer: inout JSONWriter) {
        writer.member("state", self.live.state.rawValue)
        writer.member("interrupted", self.live.interruptedAt != nil)
        writer.member("startedAt", self.live.startedAt?.rfc3339)
        writer.member("interruptedAt", self.live.interruptedAt?.rfc3339)
        writer.member("endedAt", self.live.endedAt?.rfc3339)
    }

    /// What followers are told: by the name of what the show became.
    func news(revision: Int) -> LiveEventHub.News {
        let name =
            switch self.live.state {
            case .scheduled: "scheduled"
            case .live: self.live.interruptedAt == nil ? "live" : "interrupted"
            case .ended: "ended"
            }
        var writer = JSONWriter()
        self.encode(to: &writer)
        let event = ServerSentEvent(String(decoding: writer.bytes, as: UTF8.self), name: name, id: String(revision))
        return LiveEventHub.News(event: event, revision: revision)
    }
}

/// A performance with its windows.
struct ScheduleDetailAnswer: JSONEncodable {
    let show: LiveShow

    static let examples: [ScheduleDetailAnswer] = LiveAnswer.examples.enumerated().map { index, answer in
        let start = WallClock(unixMilliseconds: 1_798_106_400_000)
        let show = LiveShow(
            schedule: 42, concert: 17, seller: 4_503_599_627_370_499, startsAt: start,
            endsAt: start.adding(.seconds(7200)), doorsOpenAt: start.adding(.seconds(-1800)),
            replayUntil: index == 0 ? nil : start.adding(.seconds(86_400 * 7)), timeZone: "Asia/Seoul",
            saleStatus: "SCHEDULED", isPublic: true, live: answer.live, heardAt: nil, version: 1, liveVersion: index)
        return ScheduleDetailAnswer(show: show)
    }

    func encode(to writer: inout JSONWriter) {
        let show = self.show
        writer.object { writer in
            writer.member("scheduleId", show.schedule)
            writer.member("concertId", show.concert)
            writer.member("startsAt", show.startsAt.rfc3339)
            writer.member("endsAt", show.endsAt.rfc3339)
            writer.member("timeZone", show.timeZone)
            writer.member("doorsOpenAt", show.doorsOpenAt.rfc3339)
            writer.member("replayUntil", show.replayUntil?.rfc3339)
            writer.member("status", show.saleStatus)
            writer.member("live", LiveAnswer(live: show.live))
            writer.member("version", show.version)
        }
    }
}

/// A stream key, the only time that it is shown.
struct IssuedStreamKey: JSONEncodable {
    let publishURL: String
    let key: Secret<String>
    let from: WallClock
    let until: WallClock

    static let example = IssuedStreamKey(
        publishURL: "rtmp://podo.example:1935/live", key: Secret("0f3a9c415d2e8b70aa51c2e94d07b6831f5e90cd"),
        from: WallClock(unixMilliseconds: 1_798_018_200_000), until: WallClock(unixMilliseconds: 1_798_124_400_000))

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("rtmpUrl", self.publishURL)
            writer.member("streamKey", self.key.reveal())
            writer.member("validFrom", self.from.rfc3339)
            writer.member("validUntil", self.until.rfc3339)
        }
    }
}

/// How a show's stream does, for its team.
struct ShowStreamAnswer: JSONEncodable {
    let show: LiveShow
    let health: ShowHealth?
    let viewerCount: Int

    static let examples: [ShowStreamAnswer] = {
        var known = ShowHealth()
        known.publishingSeconds = 1800
        (known.videoBitsPerSecond, known.audioBitsPerSecond, known.framesPerSecond) = (5_940_000, 160_000, 60)
        (known.keyframeIntervalSeconds, known.audioOffsetSeconds, known.jitterSeconds) = (2, 0.02, 0.004)
        (known.width, known.height, known.codecs) = (1920, 1080, ["avc1.640028", "mp4a.40.2"])
        (known.windowSeconds, known.latestPartAgeSeconds) = (24, 0.3)
        let (before, live) = (ScheduleDetailAnswer.examples[0].show, ScheduleDetailAnswer.examples[1].show)
        return [
            ShowStreamAnswer(show: before, health: nil, viewerCount: 0),
            ShowStreamAnswer(show: live, health: known, viewerCount: 1234),
            ShowStreamAnswer(show: live, health: ShowHealth(), viewerCount: 0),
        ]
    }()

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("scheduleId", self.show.schedule)
            writer.member("live", LiveAnswer(live: self.show.live))
            writer.member("viewers", self.viewerCount)
            writer.member("publishing", self.health != nil)
            writer.member("stream", self.health)
        }
    }
}

extension ShowHealth: JSONEncodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("publishingSeconds", self.publishingSeconds)
            writer.member("videoBitsPerSecond", self.videoBitsPerSecond)
            writer.member("audioBitsPerSecond", self.audioBitsPerSecond)
            writer.member("framesPerSecond", self.framesPerSecond)
            writer.member("keyframeIntervalSeconds", self.keyframeIntervalSeconds)
            writer.member("audioOffsetSeconds", self.audioOffsetSeconds)
            writer.member("jitterSeconds", self.jitterSeconds)
            writer.member("lateKeyframes", self.lateKeyframeCount)
            writer.member("droppedUnits", self.droppedUnitCount)
            writer.member("width", self.width)
            writer.member("height", self.height)
            writer.member("codecs", self.codecs)
            writer.member("windowSeconds", self.windowSeconds)
            writer.member("latestPartAgeSeconds", self.latestPartAgeSeconds)
        }
    }
}
