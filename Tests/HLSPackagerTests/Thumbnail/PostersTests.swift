import Foundation
import HLSPackager
import HTTPServer
import MediaTypes
import Observability
import Primitives
import Testing

@Suite("Posters")
struct PostersTests {
    /// Counts what comes, as the packager would take it.
    private final class Sink: MediaReceiver {
        private(set) var formatCount = 0
        private(set) var unitCount = 0
        private(set) var ends: [MediaEnd] = []

        func receive(_ format: TrackFormat, of track: TrackID) { self.formatCount += 1 }
        func receive(_ unit: AccessUnit, payload: borrowing RawSpan) { self.unitCount += 1 }
        func publishingEnded(_ end: MediaEnd) { self.ends.append(end) }
    }

    private let posters = Posters(interval: .seconds(5))
    private let sink = Sink()

    /// Plays the pictures of a file as this track, after each other.
    private func play(_ file: String, as track: TrackID, through tap: PosterTap) throws {
        let recorded = try RecordedTrack.tracks(ofFile: file)[0]
        tap.receive(recorded.track.format, of: track)
        for unit in recorded.units {
            let accessUnit = AccessUnit(
                track: track, decodeTime: .zero, isRandomAccess: unit.sample.isRandomAccess)
            tap.receive(accessUnit, payload: unit.bytes.span.bytes)
        }
    }

    private func tap(_ stream: String) -> PosterTap {
        self.posters.tap(
            self.sink, stream: stream,
            environment: PackagerEnvironment(
                now: { MonotonicTime(nanoseconds: 1) }, wallClock: { WallClock(unixMilliseconds: 5) },
                after: { _, _ in }))
    }

    private func eventually(_ condition: () -> Bool) -> Bool {
        let end = Date() + 10
        while !condition() {
            if Date() > end { return false }
            usleep(1000)
        }
        return true
    }

    @Test("are made of the first picture track, and everything is handed on")
    func tap() throws {
        let registry = MetricsRegistry(loopCount: 1)
        self.posters.register(in: registry)
        let tap = self.tap("show")
        tap.receive(.audio(AudioFormat(codec: .aac, configuration: [])), of: TrackID(.audio))
        try self.play("hevc", as: TrackID(.video, 1), through: tap)
        let units = self.sink.unitCount
        #expect(units > 10 && self.sink.formatCount == 2)
        #expect(self.eventually { self.posters.look(at: "show") != nil })
        // Not another one within five seconds, of whichever track.
        try self.play("h264-aac", as: TrackID(.video), through: tap)
        tap.publishingEnded(.finished)
        #expect(self.sink.unitCount > units && self.sink.ends.count == 1)
        #expect(self.posters.look(at: "show")?.number == 0 && self.posters.look(at: "other") == nil)
        let text = String(decoding: registry.prometheusText(), as: UTF8.self)
        #expect(text.contains("podo_hls_posters_total{outcome=\"made\"} 1\n"))
    }

    @Test("of many streams the oldest goes, but none that is published, and what was counted stays")
    func bound() throws {
        let registry = MetricsRegistry(loopCount: 1)
        self.posters.register(in: registry)
        let published = self.tap("published")
        try self.play("h264-aac", as: TrackID(.video), through: published)
        #expect(self.eventually { self.posters.look(at: "published") != nil })
        let old = self.tap("old")
        try self.play("h264-aac", as: TrackID(.video), through: old)
        #expect(self.eventually { self.posters.look(at: "old") != nil })
        old.publishingEnded(.finished)
        for number in 0..<ThumbnailLimits.posterCountMax - 2 { self.tap("\(number)").publishingEnded(.finished) }
        #expect(self.posters.look(at: "old") != nil)
        self.tap("one more").publishingEnded(.finished)
        #expect(self.posters.look(at: "old") == nil && self.posters.look(at: "published") != nil)
        let text = String(decoding: registry.prometheusText(), as: UTF8.self)
        #expect(text.contains("podo_hls_posters_total{outcome=\"made\"} 2\n"))
    }

    @Test("are served to whom the gate admits")
    func served() throws {
        let rig = try DeliveryRig(posters: self.posters)
        let before = try rig.ask("poster.jpg")
        #expect(before.status == 404 && before.text?.contains("no-poster") == true)
        try self.play("h264-aac", as: TrackID(.video), through: self.tap("show"))
        #expect(self.eventually { self.posters.look(at: "show") != nil })
        let poster = try rig.ask("poster.jpg")
        #expect(poster.status == 200 && poster["content-type"] == "image/jpeg")
        #expect(poster["cache-control"] == "public, max-age=5")
        #expect(poster.bytes.starts(with: [0xff, 0xd8]))
        let tag = try #require(poster["etag"])
        #expect(try rig.ask("poster.jpg", [("if-none-match", tag)]).status == 304)
        #expect(try rig.ask("poster.jpg", pass: "nobody").status == 404)
    }
}
