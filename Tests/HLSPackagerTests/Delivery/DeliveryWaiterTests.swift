import Primitives
import Testing

@testable import HLSPackager

@Suite("Requests that wait")
struct DeliveryWaiterTests {
    private static func live(waiterCountMax: Int = 50_000) throws -> (DeliveryRig, WrittenShow) {
        var limits = DeliveryLimits()
        limits.waiterCountMax = waiterCountMax
        let rig = try DeliveryRig(limits)
        let show = rig.show()
        show.begin()
        show.addSegments(3)
        show.addPart()
        return (rig, show)
    }

    private static let next = "main.m3u8?_HLS_msn=10&_HLS_part=1"

    @Test("are no more on a loop than its bound, of all streams together; whoever comes beyond is told to come back")
    func bound() throws {
        let (rig, show) = try Self.live(waiterCountMax: 3)
        let other = rig.show("other")
        other.begin()
        let waiting = [
            try rig.ask(Self.next), try rig.ask("main/10.1.m4s"), try rig.ask("index.m3u8", pass: "other"),
        ]
        #expect(waiting.allSatisfy { $0.waits } && rig.metric("podo_hls_waiters") == 3)
        for (name, pass) in [(Self.next, "show"), ("main/10.1.m4s", "show"), ("index.m3u8", "other")] {
            let viewer = try rig.ask(name, pass: pass)
            #expect(viewer.status == 503 && viewer.code == "too-many-waiting" && viewer["retry-after"] == "1")
        }
        #expect(rig.waits("too-many") == 3)
        // What is there is there for everybody, and who leaves makes room.
        #expect(try rig.ask("main.m3u8").status == 200)
        waiting[1].cancel()
        let next = try rig.ask(Self.next)
        #expect(next.waits)
        show.addPart()
        #expect(next.status == 200 && waiting[0].status == 200 && waiting[2].waits)
        #expect(rig.metric("podo_hls_waiters") == 1)
    }

    @Test("are forgotten when their client leaves, and only then")
    func cancelled() throws {
        let (rig, show) = try Self.live()
        let viewers = try (0..<5).map { _ in try rig.ask(Self.next) }
        for index in [0, 3] { viewers[index].cancel() }
        #expect(rig.waits("cancelled") == 2 && rig.metric("podo_hls_waiters") == 3)
        show.addPart()
        #expect(viewers.map(\.answers) == [0, 1, 1, 0, 1])
        // Of one that was answered there is nothing to forget.
        for viewer in viewers { viewer.cancel() }
        #expect(rig.waits("cancelled") == 2 && rig.metric("podo_hls_waiters") == 0)
    }

    @Test("may bring further requests in while they are answered")
    func again() throws {
        let (rig, show) = try Self.live()
        let viewers = try (0..<3).map { _ in try rig.ask(Self.next) }
        let followers = try viewers.map { _ in try rig.prepare("main.m3u8?_HLS_msn=11&_HLS_part=0") }
        let sameAgain = try rig.prepare(Self.next)
        for (viewer, follower) in zip(viewers, followers) { viewer.answerAndAsk(follower) }
        followers[0].answerAndAsk(sameAgain)
        show.addPart()
        #expect(viewers.allSatisfy { $0.answers == 1 } && followers.allSatisfy { $0.waits })
        show.addPart()
        #expect(followers.allSatisfy { $0.answers == 1 })
        #expect(sameAgain.status == 200 && sameAgain.answers == 0)
        #expect(rig.metric("podo_hls_waiters") == 0)
    }

    @Test("are told for each stream, as of its latest part")
    func counts() throws {
        let (rig, show) = try Self.live()
        let viewers = try (0..<4).map { _ in try rig.ask(Self.next) }
        #expect(rig.delivery.waitingCount(of: "show") == 0)
        viewers[0].cancel()
        show.addPart()
        #expect(viewers[1].status == 200)
        #expect(rig.delivery.waitingCount(of: "show") == 3 && rig.delivery.waitingCount(of: "other") == 0)
        show.suspend()
        show.end()
        show.clear()
        #expect(rig.eventually { rig.delivery.waitingCount(of: "show") == 0 })
    }
}
