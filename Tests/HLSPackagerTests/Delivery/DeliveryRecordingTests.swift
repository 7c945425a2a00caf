import HTTPServer
import Primitives
import Reactor
import Testing

@testable import HLSPackager

@Suite("Delivery of recordings")
struct DeliveryRecordingTests {
    private static func rigs() throws -> (RecordingRig, DeliveryRig) {
        let recording = try RecordingRig()
        return (recording, try DeliveryRig(recordings: recording.recordings))
    }

    /// Recorded shows are read from the disk when somebody asks for them: until then the answer is to come again.
    private static func ask(_ rig: DeliveryRig, _ name: String, _ fields: [(String, String)] = []) throws -> Viewer {
        let end = MonotonicTime.now + .seconds(10)
        while true {
            let viewer = try rig.ask(name, fields, pass: "pass")
            if viewer.code != "recording-is-read" || MonotonicTime.now > end { return viewer }
            #expect(viewer.status == 503 && viewer["retry-after"] == "1")
        }
    }

    @Test("A show goes on as an event, and is a recording when it is over, with segments from the disk")
    func shown() throws {
        let (recording, rig) = try Self.rigs()
        recording.begin()
        recording.add(count: 3)
        recording.flush()
        let event = try Self.ask(rig, "main.event.m3u8")
        #expect(event.text?.contains("#EXT-X-PLAYLIST-TYPE:EVENT") == true && event["accept-ranges"] == nil)
        #expect(try Self.ask(rig, "main.vod.m3u8").status == 404)
        recording.end()
        recording.flush()
        let whole = try Self.ask(rig, "main.vod.m3u8")
        #expect(whole.text?.hasSuffix("#EXT-X-ENDLIST\n") == true)
        #expect(whole["content-type"] == "application/vnd.apple.mpegurl")
        #expect(try Self.ask(rig, "index.vod.m3u8").text?.contains("\nmain.vod.m3u8\n") == true)
        let segment = try Self.ask(rig, "main/1.m4s")
        #expect(segment.status == 200 && segment["content-type"] == "video/iso.segment")
        #expect(segment["cache-control"] == "public, max-age=3600, immutable")
        guard case .file(let slice)? = segment.response?.body else {
            Issue.record("is not of a file")
            return
        }
        #expect(slice.count == 4000)
        let tag = try #require(segment["etag"])
        #expect(try Self.ask(rig, "main/1.m4s", [("if-none-match", tag)]).status == 304)
        let some = try Self.ask(rig, "main/1.m4s", [("range", "bytes=10-19")])
        #expect(some.status == 206 && some.response?.body.count == 10)
    }

    @Test("A segment that the disk did not take is a gap, and has media of no sample")
    func gap() throws {
        var limits = RecordingLimits()
        (limits.retryTimeMin, limits.retryTimeMax) = (.nanoseconds(0), .nanoseconds(0))
        let recording = try RecordingRig(limits: limits)
        let rig = try DeliveryRig(recordings: recording.recordings)
        recording.begin()
        recording.add(count: 2)
        #expect(recording.flush())
        recording.disk.setFaults { $0.room = 0 }
        recording.add()
        #expect(recording.flush())
        recording.disk.setFaults { $0.room = nil }
        recording.add(count: 2)
        #expect(recording.flush())
        recording.end()
        #expect(recording.flush())
        let lines = try #require(recording.lines(.recording))
        let mark = try #require(lines.firstIndex(of: "#EXT-X-GAP"))
        let gap = try Self.ask(rig, lines[mark + 1])
        #expect(gap.status == 200 && gap["content-type"] == "video/iso.segment" && gap.bytes.count == 92)
        #expect(try Self.ask(rig, "main/9.m4s").status == 404)
    }

    @Test("What was not recorded is not found, and no recording is open to a pass that is not")
    func refused() throws {
        let (recording, rig) = try Self.rigs()
        #expect(try Self.ask(rig, "index.vod.m3u8").code == "not-recorded")
        recording.begin()
        recording.add(count: 3)
        recording.end()
        recording.flush()
        #expect(try Self.ask(rig, "main.vod.m3u8").status == 200)
        rig.gate.withdraw("pass")
        for name in ["index.vod.m3u8", "main.vod.m3u8", "main.event.m3u8", "main/1.m4s", "main/init.0.mp4"] {
            #expect(try Self.ask(rig, name).status == 403, "\(name)")
        }
    }

    @Test("What a show has is recorded soon; what it does not have, or the whole of it before its end, is not found")
    func notRecordedYet() throws {
        let (recording, rig) = try Self.rigs()
        // What is live by the name of the recording.
        rig.show("Show 1").begin()
        #expect(try Self.ask(rig, "main.event.m3u8").code == "not-ready-yet")
        #expect(try Self.ask(rig, "index.event.m3u8").code == "not-ready-yet")
        for name in ["v9.event.m3u8", "v9.vod.m3u8", "main.vod.m3u8", "index.vod.m3u8"] {
            let viewer = try Self.ask(rig, name)
            #expect(viewer.status == 404 && viewer.code == "not-recorded", "\(name)")
        }
        recording.begin()
        recording.add(count: 3)
        recording.flush()
        #expect(try Self.ask(rig, "main.event.m3u8").status == 200)
        #expect(try Self.ask(rig, "v9.event.m3u8").status == 404)
    }
}
