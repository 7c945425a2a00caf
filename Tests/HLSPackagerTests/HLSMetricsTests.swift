import Foundation
import MediaTypes
import Observability
import Primitives
import Testing

@testable import HLSPackager

@Suite("Metrics of packaging and delivery")
struct HLSMetricsTests {
    @Test("know every reason for which a muxer fails")
    func words() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/HLSPackager")
        let listed = Set(HLSMetrics.muxerFailures.map(\.description))
        let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        var found: Set<String> = []
        for case let file as URL in files
        where file.pathExtension == "swift" && file.lastPathComponent != "HLSMetrics.swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            // Words are spelled like this for muxers alone.
            for match in text.matches(of: /"([a-z]+[A-Z][a-zA-Z]*)"/) { found.insert(String(match.1)) }
        }
        #expect(found == listed)
        #expect(HLSMetrics.word("formatRefused") == "format-refused" && HLSMetrics.word("part") == "part")
    }

    @Test("tell what was asked for")
    func requests() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        show.addSegments(3)
        let names = [
            ("index.m3u8", "multivariant"), ("main.m3u8", "playlist"), ("main.plain.m3u8", "playlist"),
            ("main.m3u8?_HLS_msn=9&_HLS_part=1", "blocked-playlist"), ("main.m3u8?_HLS_msn=9&_HLS_skip=YES", "delta"),
            ("main/8.m4s", "segment"), ("main/8.ts", "segment"), ("main/8.0.m4s", "part"),
            ("main/init.0.mp4", "initialisation"), ("favicon.ico", "unknown"),
        ]
        for (name, _) in names { _ = try rig.ask(name) }
        let expected = Dictionary(grouping: names, by: \.1).mapValues(\.count)
        for (kind, count) in expected {
            #expect(rig.metric("podo_hls_requests_total{kind=\"\(kind)\"}") == count, "\(kind)")
        }
        #expect(rig.metric("podo_hls_requests_total{kind=\"refused\"}") == 0)
    }

    @Test("tell how long snapshots take to all who wait")
    func delivered() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        show.addSegments(2)
        rig.onLoop {}
        // One for the beginning and one a part, on the one loop.
        #expect(rig.metric("podo_hls_part_latency_seconds_count{stage=\"answered\"}") == 5)
    }
}

@Suite("A metered packager")
struct MeteredPackagerTests {
    private final class Clock {
        var now = MonotonicTime(nanoseconds: 1_000_000_000)
    }

    private let registry = MetricsRegistry(loopCount: 1)
    private let health = PackagingHealth()
    private let stream = PackagedStream(limits: HLSLimits()) { _ in }
    private let clock = Clock()

    private var environment: PackagerEnvironment {
        let clock = self.clock
        return PackagerEnvironment(
            now: { clock.now }, wallClock: { WallClock(unixMilliseconds: clock.now.nanoseconds / 1_000_000) },
            after: { _, _ in })
    }

    private func packager(_ muxer: @escaping PackagerMuxers.Factory) -> MeteredPackager {
        MeteredPackager(
            stream: self.stream, environment: self.environment, muxers: PackagerMuxers(fragments: muxer),
            health: self.health, metrics: HLSMetrics(registry: self.registry), loop: 0)
    }

    /// Pictures of 25 a second with sound of the same times, in real time.
    private func play(_ packager: any MediaReceiver, seconds: Int64, keyEvery: Int64, soundLead: Int64 = 0) {
        packager.receive(MediaMaker.video(), of: .picture)
        packager.receive(MediaMaker.audio(rate: 48_000, unit: 1920), of: .sound)
        for frame in 0..<seconds * 25 {
            let time = frame * 40_000_000
            self.clock.now = MonotonicTime(nanoseconds: 1_000_000_000 + time)
            let payload = MediaMaker.payload(Int(frame))
            let picture = MediaMaker.unit(.picture, at: time, isKey: frame % keyEvery == 0)
            packager.receive(picture, payload: payload.span.bytes)
            packager.receive(MediaMaker.unit(.sound, at: time + soundLead), payload: payload.span.bytes)
        }
    }

    private func metric(_ prefix: String) -> String? {
        String(decoding: self.registry.prometheusText(), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix(prefix) }.flatMap { $0.split(separator: " ").last }.map(String.init)
    }

    @Test("counts parts, segments and keyframes that came late") func counts() {
        let packager = self.packager { _ in RecordingMuxer() }
        self.play(packager, seconds: 13, keyEvery: 250)
        packager.publishingEnded(.finished)
        let figures = self.health.figures
        // At most 4.49 s without a keyframe: the second and the third begin without one; the one at 10 s is in time.
        #expect(figures.segmentCount == 4 && figures.lateKeyframeCount == 2)
        #expect(self.metric("podo_hls_segment_seconds_count") == "4")
        #expect(self.metric("podo_hls_segment_seconds_sum") == "13")
        #expect(self.metric("podo_hls_late_keyframes_total") == "2")
        let parts = Int(self.metric("podo_hls_part_latency_seconds_count{stage=\"published\"}") ?? "") ?? 0
        #expect(parts >= 26 && parts <= 30)
        // A part is out when the unit after its last one has come, a picture later.
        let sum = Double(self.metric("podo_hls_part_latency_seconds_sum{stage=\"published\"}") ?? "") ?? 0
        #expect(sum > 0 && sum / Double(parts) <= 0.080)
        #expect(figures.lastPartAt == self.clock.now)
        #expect(figures.lastSegmentTime.map { $0 > .milliseconds(500) && $0 < .seconds(5) } == true)
    }

    @Test("tells how far sound is ahead of the picture") func lead() {
        let packager = self.packager { _ in RecordingMuxer() }
        self.play(packager, seconds: 3, keyEvery: 25, soundLead: 80_000_000)
        // It is looked at when the next picture has come, and its sound not yet.
        #expect(self.health.figures.soundLead == .milliseconds(40))
        #expect(self.stream.summary.phase == .live && self.stream.summary.renditionCount == 1)
        #expect(self.stream.summary.windowTime > .seconds(2) && self.stream.summary.byteCount > 0)
        packager.publishingEnded(.interrupted)
        #expect(self.stream.summary.phase == .interrupted)
    }

    @Test("counts what muxers refuse, and those that are given up, as the packager does") func failures() {
        let muxer: PackagerMuxers.Factory = { _ in
            let muxer = RecordingMuxer()
            muxer.failsAtSample = 40
            return muxer
        }
        let packager = self.packager(muxer)
        self.play(packager, seconds: 6, keyEvery: 25)
        packager.publishingEnded(.finished)
        let bare = StreamPackager(
            stream: PackagedStream(limits: HLSLimits()) { _ in }, environment: self.environment,
            muxers: PackagerMuxers(fragments: muxer))
        self.play(bare, seconds: 6, keyEvery: 25)
        bare.publishingEnded(.finished)
        let figures = self.health.figures
        #expect(figures.muxerFailureCount > 1 && figures.muxerFailureCount == bare.facts.muxerFailureCount)
        #expect(figures.lostSampleCount > 0 && figures.lostSampleCount == bare.facts.lostSampleCount)
        #expect(self.metric("podo_hls_lost_samples_total{container=\"mp4\"}") == "\(figures.lostSampleCount)")
        // The word of this muxer is none of the list.
        #expect(self.metric("podo_hls_muxer_failures_total{label=\"other\"}") == "\(figures.muxerFailureCount)")
    }
}
