import HTTPServer
import Primitives
import Testing

@testable import HLSPackager

@Suite("Delivery of shows that begin and end")
struct DeliveryShowTests {
    private static let later = WallClock(unixMilliseconds: 4_000_000_000_000)
    private static let before = WallClock(unixMilliseconds: 1_000_000_000_000)
    private static let goesOn = ShowPhase.live(since: before)

    private static func isOver(replayUntil: WallClock?) -> ShowPhase {
        .ended(since: Self.before, replayUntil: replayUntil)
    }

    /// A recording of three segments, and the delivery of it.
    private static func recorded() throws -> (RecordingRig, DeliveryRig) {
        let recording = try RecordingRig()
        let rig = try DeliveryRig(recordings: recording.recordings)
        recording.begin()
        recording.add(count: 3)
        recording.end()
        #expect(recording.flush())
        return (recording, rig)
    }

    private static func ask(_ rig: DeliveryRig, _ name: String, _ pass: String = "pass") throws -> Viewer {
        try DeliveryQualityTests.insist(rig, name, pass: pass)
    }

    private static let names = ["index.vod.m3u8", "main.vod.m3u8", "main.event.m3u8", "main/1.m4s", "main/init.0.mp4"]

    @Test("before it begins there is nothing, as of any stream; while it goes on it may come; then it is gone")
    func nothing() throws {
        let rig = try DeliveryRig()
        #expect(try rig.ask("index.m3u8").code == "not-live-yet")
        rig.delivery.setPhase(Self.goesOn, of: "show")
        for name in ["index.m3u8", "main.m3u8", "main/7.m4s"] {
            let away = try rig.ask(name)
            #expect(away.status == 503 && away.code == "interrupted" && away["retry-after"] == "1", "\(name)")
        }
        rig.delivery.setPhase(Self.isOver(replayUntil: nil), of: "show")
        for name in ["index.m3u8", "main.m3u8", "main/7.m4s"] {
            let gone = try rig.ask(name)
            #expect(gone.status == 410 && gone.code == "show-over", "\(name)")
        }
        rig.delivery.setPhase(nil, of: "show")
        #expect(try rig.ask("index.m3u8").status == 404)
    }

    @Test("what is opened after the end is the recording, until the replay ends; then all of it is gone")
    func replay() throws {
        let (_, rig) = try Self.recorded()
        rig.delivery.setPhase(Self.isOver(replayUntil: Self.later), of: "Show 1")
        for name in ["index.m3u8", "index.plain.m3u8", "index.vod.m3u8"] {
            #expect(try Self.ask(rig, name).text?.contains("\nmain.vod.m3u8\n") == true, "\(name)")
        }
        for name in Self.names { #expect(try Self.ask(rig, name).status == 200, "\(name)") }
        for phase in [Self.isOver(replayUntil: Self.before), Self.isOver(replayUntil: nil)] {
            rig.delivery.setPhase(phase, of: "Show 1")
            for name in Self.names + ["index.m3u8", "main.m3u8"] {
                let gone = try Self.ask(rig, name)
                #expect(gone.status == 410 && gone.code == "show-over", "\(name)")
            }
        }
    }

    @Test("a ticket without replay opens the show and not its recording")
    func notIncluded() throws {
        let (_, rig) = try Self.recorded()
        rig.delivery.setPhase(Self.isOver(replayUntil: Self.later), of: "Show 1")
        for name in Self.names + ["index.m3u8"] {
            let refused = try Self.ask(rig, name, "pass@@")
            #expect(refused.status == 403 && refused.code == "replay-not-included", "\(name)")
        }
    }

    @Test("while it goes on, the recording of a rehearsal is nobody's")
    func rehearsal() throws {
        let (_, rig) = try Self.recorded()
        #expect(try Self.ask(rig, "index.vod.m3u8").status == 200)
        rig.delivery.setPhase(Self.goesOn, of: "Show 1")
        #expect(try Self.ask(rig, "index.vod.m3u8").code == "not-recorded")
        #expect(try Self.ask(rig, "main.vod.m3u8").code == "not-recorded")
    }

    @Test("what was recorded before it began is nobody's, while it goes on and afterwards, by whatever name")
    func rehearsalRecorded() throws {
        let (_, rig) = try Self.recorded()
        #expect(try Self.ask(rig, "index.vod.m3u8").status == 200)
        for phase in [ShowPhase.live(since: Self.later), ShowPhase.ended(since: Self.later, replayUntil: Self.later)] {
            rig.delivery.setPhase(phase, of: "Show 1")
            for name in Self.names + ["index.m3u8", "index.event.m3u8", "main/0.m4s", "main/2.m4s"] {
                for pass in ["pass", "pass@preview", "pass@144"] {
                    #expect(try Self.ask(rig, name, pass).status != 200, "\(name) with \(pass) in \(phase)")
                }
            }
        }
        #expect(try Self.ask(rig, "index.m3u8").code == "not-recorded")
        rig.delivery.setPhase(Self.isOver(replayUntil: Self.later), of: "Show 1")
        #expect(try Self.ask(rig, "index.m3u8").status == 200)
    }

    @Test("a recording that is not finished is waited for, not said to be missing; the stream's end is shown meanwhile")
    func unfinished() throws {
        let recording = try RecordingRig()
        let rig = try DeliveryRig(recordings: recording.recordings)
        recording.begin()
        recording.add(count: 3)
        #expect(recording.flush())
        rig.delivery.setPhase(Self.isOver(replayUntil: Self.later), of: "Show 1")
        for name in ["index.m3u8", "index.vod.m3u8", "main.vod.m3u8"] {
            let early = try rig.ask(name, pass: "pass")
            #expect(early.status == 503 && early.code == "recording-is-read", "\(name)")
        }
        let show = rig.show("Show 1")
        show.begin()
        show.addSegments(3)
        #expect(try Self.ask(rig, "index.m3u8").text?.contains("\nmain.m3u8\n") == true)
        recording.end()
        #expect(recording.flush())
        #expect(try Self.ask(rig, "index.m3u8").text?.contains("\nmain.vod.m3u8\n") == true)
    }

    /// A stream of a show on which somebody publishes, and of which nothing is said.
    private static func rehearsed() throws -> (DeliveryRig, WrittenShow) {
        let rig = try DeliveryRig(isShow: { $0 == "show" })
        let show = rig.show()
        show.begin()
        show.addSegments(3)
        show.addPart()
        return (rig, show)
    }

    private static let live = [
        "index.m3u8", "index.plain.m3u8", "main.m3u8", "main.plain.m3u8", "main/8.m4s", "main/8.0.m4s", "main/8.ts",
        "main/init.0.mp4", "poster.jpg", "main.event.m3u8", "main.vod.m3u8", "main/10.1.m4s",
        "main.m3u8?_HLS_msn=10&_HLS_part=1", "check/main/8.m4s", "check/main.m3u8",
    ]

    @Test("a rehearsal is its makers' alone: tickets get nothing of it by any name, and do not wait for it")
    func beforeTheShow() throws {
        let (rig, _) = try Self.rehearsed()
        for name in Self.live {
            for pass in ["show", "show-2", "show@720"] {
                let viewer = try rig.ask(name, pass: pass)
                #expect(viewer.status == 404 && viewer.code == "not-live-yet", "\(name) with \(pass)")
            }
        }
        #expect(rig.metric("podo_hls_waiters") == 0)
        for name in ["index.m3u8", "main.m3u8", "main/8.m4s", "main/8.0.m4s", "main/init.0.mp4"] {
            #expect(try rig.ask(name, pass: "show@preview").status == 200, "\(name)")
        }
        let check = try rig.ask("check/main/8.m4s", pass: "show@preview")
        #expect(check.status == 204 && check["podo-stream"] == "show-preview")
        rig.delivery.setPhase(Self.goesOn, of: "show")
        for name in ["index.m3u8", "main.m3u8", "main/8.m4s", "main/8.0.m4s", "main/init.0.mp4"] {
            #expect(try rig.ask(name).status == 200, "\(name)")
        }
        #expect(try rig.ask("check/main/8.m4s")["podo-stream"] == "show")
    }

    @Test("as long as nobody knows which shows have begun, whoever asks is to try again; one that is told is open")
    func notKnownYet() throws {
        let rig = try DeliveryRig(isShow: { $0.hasPrefix("show") }, knowsShows: false)
        for name in ["show", "showB"] {
            let show = rig.show(name)
            show.begin()
            show.addSegments(3)
        }
        let names = ["index.m3u8", "main.m3u8", "main/8.m4s", "check/main/8.m4s"]
        rig.delivery.setPhase(Self.goesOn, of: "showB")
        for name in names {
            let early = try rig.ask(name)
            #expect(early.status == 503 && early.code == "gate-closed" && early["retry-after"] == "1", "\(name)")
            for pass in ["showB@720", "show@preview"] {
                #expect([200, 204].contains(try rig.ask(name, pass: pass).status), "\(name) with \(pass)")
            }
        }
        #expect(try rig.ask("index.m3u8", pass: "showC@preview").code == "gate-closed")
        #expect(try rig.ask("index.m3u8", pass: "other").code == "not-live-yet")
        rig.delivery.tellShowsAreKnown()
        for name in names { #expect(try rig.ask(name).code == "not-live-yet", "\(name)") }
        #expect(try rig.ask("index.m3u8", pass: "showC@preview").code == "not-live-yet")
        #expect(try rig.ask("main.m3u8", pass: "showB@720").status == 200)
    }

    @Test("who waits when nothing is known of a show any more is sent away, but for its makers")
    func noShowAnyMore() throws {
        let (rig, show) = try Self.rehearsed()
        rig.delivery.setPhase(Self.goesOn, of: "show")
        let waiting = try ["show", "show@preview", "show@720"].map { try rig.ask("main/10.1.m4s", pass: $0) }
        #expect(waiting.allSatisfy { $0.waits })
        rig.delivery.setPhase(nil, of: "show")
        rig.onLoop {}
        #expect(waiting.map { $0.code } == ["not-live-yet", nil, "not-live-yet"])
        #expect(rig.metric("podo_hls_waiters") == 1 && rig.waits("refused") == 2)
        show.addPart()
        #expect(waiting[1].status == 200 && rig.metric("podo_hls_waiters") == 0)
    }

    @Test("whoever makes a show sees its recording when it is closed to all others")
    func closedRecording() throws {
        let (_, rig) = try Self.recorded()
        rig.delivery.setPhase(Self.isOver(replayUntil: nil), of: "Show 1")
        for name in Self.names + ["index.m3u8"] {
            #expect(try Self.ask(rig, name, "pass@preview").status == 200, "\(name)")
        }
    }

    @Test("those who watch the end see it, and who comes then is given the recording, or the end if there is none")
    func end() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        show.addSegments(3)
        show.suspend()
        #expect(show.stream.endIfAbandoned() != nil)
        rig.delivery.setPhase(Self.isOver(replayUntil: Self.later), of: "show")
        #expect(try rig.ask("main.m3u8").text?.hasSuffix("#EXT-X-ENDLIST\n") == true)
        #expect(try rig.ask("main/8.m4s").status == 200)
        #expect(try rig.ask("index.m3u8").text?.contains("\nmain.m3u8\n") == true)
    }

    @Test("a stream that somebody publishes is not ended as abandoned")
    func published() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        #expect(show.stream.endIfAbandoned() == nil)
        show.begin()
        show.addSegments(3)
        #expect(show.stream.endIfAbandoned() == nil)
        #expect(try rig.ask("main.m3u8").text?.contains("#EXT-X-ENDLIST") == false)
        #expect(show.stream.summary.phase == .live)
        show.suspend()
        let end = try #require(show.stream.endIfAbandoned())
        #expect(show.stream.endIfAbandoned() == nil && show.stream.summary.phase == .over)
        // The grace time of the publishing ends later, and finds nothing to do.
        #expect(show.stream.endIfAbandoned(publishing: end.publishing) == nil && !show.stream.isOver)
        show.clear()
        #expect(show.stream.isOver && end.time == .seconds(8))
    }
}
