import Foundation
import HLSPackager
import MediaTypes
import Primitives
import RTMPIngest
import Reactor
import Testing
import Ticketing

@testable import podo

@Suite("Streams of shows") struct ShowStreamTests {
    @Test("a performance has one name for its stream, and other names are none's")
    func names() {
        #expect(ShowStream.name(of: 42) == "schedule-42" && ShowStream.schedule(of: "schedule-42") == 42)
        for name in ["schedule-", "schedule-042", "schedule-0", "schedule--4", "schedule-4x", "Schedule-4", "main", ""]
        {
            #expect(ShowStream.schedule(of: name) == nil, "\(name)")
        }
    }

    @Test("publishers are sent to where people reach Podo, at the port that is listened on")
    func publishURL() throws {
        var configuration = ListenerSetTests.configuration(http: [.loopback(port: 0)])
        let set = try ListenerSet(configuration, inherited: [])
        let listener = try #require(set.rtmp.first)
        #expect(set.publishURL(configuration) == "rtmp://\(listener.address)/live")
        for (url, host) in [
            ("https://podo.example", "podo.example"), ("http://podo.example:8443", "podo.example"),
            ("https://[::1]:8443", "[::1]"),
        ] {
            configuration.publicURL = url
            #expect(set.publishURL(configuration) == "rtmp://\(host):\(listener.address.port)/live")
        }
        configuration.rtmpListen = []
        #expect(
            try ListenerSet(configuration, inherited: []).publishURL(configuration) == "rtmp://[::1]:1935/live")
    }

    @Test("what the ingest and the packager know of a show is put together")
    func health() {
        var known = StreamHealth()
        (known.videoBitsPerSecond, known.framesPerSecond, known.keyframeIntervalSeconds) = (5_000_000, 59.9, 2)
        (known.audioOffsetSeconds, known.droppedUnitCount) = (-0.02, 4)
        let start = MonotonicTime(nanoseconds: 5_000_000_000)
        let live = LiveStream(stream: "schedule-7", peer: .loopback(port: 7), startedAt: start, health: known)
        let now = start + .seconds(90)
        let bare = PublishedShows.health(live, nil, now: now)
        #expect(bare.publishingSeconds == 90 && bare.videoBitsPerSecond == 5_000_000 && bare.width == nil)
        #expect(bare.audioOffsetSeconds == -0.02 && bare.droppedUnitCount == 4 && bare.codecs == [])
        var summary = StreamSummary()
        summary.windowTime = .seconds(24)
        var video = VideoFormat(codec: .h264, configuration: [])
        (video.width, video.height) = (1920, 1080)
        var audio = AudioFormat(codec: .opus, configuration: [])
        audio.channelCount = 2
        summary.formats = [.video(video), .audio(audio)]
        let packaged = WatchableStream(name: "schedule-7", summary: summary, figures: PackagingHealth().figures)
        let whole = PublishedShows.health(live, packaged, now: now)
        #expect(whole.width == 1920 && whole.height == 1080 && whole.windowSeconds == 24)
        #expect(whole.codecs == ["Opus"] && whole.latestPartAgeSeconds == nil)
    }
}
