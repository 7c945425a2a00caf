import HTTPServer
import Primitives
import Reactor
import Testing

@testable import HLSPackager

@Suite("Delivery and its gate")
struct DeliveryGateTests {
    private static func live() throws -> (DeliveryRig, WrittenShow) {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        show.addSegments(3)
        show.addPart()
        return (rig, show)
    }

    private static func expectRefusal(_ viewer: Viewer) {
        #expect(viewer.status == 403 && viewer.code == "pass-withdrawn")
        #expect(viewer["cache-control"] == "no-store" && viewer["access-control-allow-origin"] == "*")
    }

    @Test(
        "A pass that opens nothing opens nothing, whatever is asked for, and does not tell what there is",
        arguments: [
            "index.m3u8", "index.plain.m3u8", "main.m3u8", "main.m3u8?_HLS_msn=10&_HLS_part=1", "main.plain.m3u8",
            "main/init.0.mp4", "main/8.m4s", "main/8.0.m4s", "main/10.1.m4s", "main/8.ts", "nothing", "main/99.m4s",
            "key.0.bin", "index.vod.m3u8", "main.event.m3u8",
        ])
    func refused(_ name: String) throws {
        let (rig, _) = try Self.live()
        rig.gate.withdraw("show")
        Self.expectRefusal(try rig.ask(name))
        Self.expectRefusal(try rig.ask(name, method: .head))
        #expect(rig.metric("podo_hls_requests_total{kind=\"refused\"}") == 2)
        #expect(rig.metric("podo_hls_waiters") == 0)
    }

    @Test("A pass that is taken back while its request waits opens nothing; others that wait for the same are answered")
    func withdrawn() throws {
        let (rig, show) = try Self.live()
        let names = ["main.m3u8?_HLS_msn=10&_HLS_part=1", "main.m3u8?_HLS_msn=10", "main/10.1.m4s"]
        let withdrawn = try names.map { try rig.ask($0) }
        let good = try names.map { try rig.ask($0, pass: "show-2") }
        rig.gate.withdraw("show")
        show.addPart()
        withdrawn.forEach(Self.expectRefusal)
        #expect(good.allSatisfy { $0.status == 200 })
        #expect(rig.waits("refused") == 3 && rig.waits("answered") == 3)
    }

    @Test("The same at the beginning of a stream") func beginning() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        let viewers = [try rig.ask("index.m3u8"), try rig.ask("main.m3u8")]
        let good = try rig.ask("index.m3u8", pass: "show-2")
        rig.gate.withdraw("show")
        show.addSegments(1)
        viewers.forEach(Self.expectRefusal)
        #expect(good.status == 200)
    }

    @Test("Whoever waits with a pass that was taken back is told at once when the gate says so, and nobody else")
    func reviewed() throws {
        let (rig, show) = try Self.live()
        let names = ["main.m3u8?_HLS_msn=10&_HLS_part=1", "main.m3u8?_HLS_msn=10", "main/10.1.m4s"]
        let withdrawn = try names.map { try rig.ask($0) }
        let good = try names.map { try rig.ask($0, pass: "show-2") }
        rig.gate.withdraw("show")
        // Said three times, looked for once.
        _ = rig.gate.uses()
        let holders = ["nobody", "show"].map(PassGate.holder)
        for _ in 0..<3 { rig.onLoop { rig.delivery.review(holders, on: rig.group.loops[0]) } }
        #expect(rig.eventually { rig.waits("refused") == 3 })
        withdrawn.forEach(Self.expectRefusal)
        // Nobody else was asked for his pass.
        #expect(rig.gate.uses() == ["again", "again", "again"])
        #expect(good.allSatisfy { $0.status == nil })
        #expect(rig.waits("refused") == 3 && rig.metric("podo_hls_waiters") == 3)
        show.addPart()
        #expect(good.allSatisfy { $0.status == 200 })
        #expect(rig.metric("podo_hls_waiters") == 0)
    }

    @Test("One holder has so many requests wait, and room again when some of them are answered, end or leave")
    func crowd() throws {
        var limits = DeliveryLimits()
        limits.holderWaiterCountMax = 2
        let rig = try DeliveryRig(limits)
        let show = rig.show()
        show.begin()
        show.addSegments(3)
        let name = "main.m3u8?_HLS_msn=10&_HLS_part=0"
        for round in 0..<3 {
            let waiting = try (0..<2).map { _ in try rig.ask(name) }
            let refused = try rig.ask(name)
            #expect(refused.status == 503 && refused.code == "too-many-waiting", "round \(round)")
            let other = try rig.ask(name, pass: "show-2")
            #expect(waiting.allSatisfy { $0.status == nil } && other.status == nil, "round \(round)")
            switch round {
            case 0: waiting.forEach { $0.cancel() }
            case 1:
                rig.gate.withdraw("show")
                let holders = [PassGate.holder("show")]
                rig.onLoop { rig.delivery.review(holders, on: rig.group.loops[0]) }
                #expect(rig.eventually { rig.metric("podo_hls_waiters") == 1 })
                rig.gate.giveBack("show")
            default:
                show.addPart()
                show.addPart()
                #expect(waiting.allSatisfy { $0.status == 200 })
            }
            other.cancel()
            #expect(rig.metric("podo_hls_waiters") == 0, "round \(round)")
        }
    }

    @Test("The gate is told what it is asked for, and how long media last")
    func uses() throws {
        let (rig, show) = try Self.live()
        let expected = [
            ("index.m3u8", "playlist"), ("main.plain.m3u8", "playlist"), ("main/8.m4s", "media 2000"),
            ("main/8.ts", "media 2000"), ("main/8.0.m4s", "media 1000"), ("a1/8.m4s", "media 500"),
            ("v1/8.m4s", "media 2000"), ("main/init.0.mp4", "other"), ("key.0.bin", "other"), ("poster.jpg", "other"),
            ("nothing", "other"), ("main/08.m4s", "other"),
        ]
        for (name, use) in expected {
            _ = try rig.ask(name)
            #expect(rig.gate.uses() == [use], "\(name)")
        }
        _ = try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1")
        show.addPart()
        #expect(rig.eventually { rig.metric("podo_hls_waiters") == 0 })
        #expect(rig.gate.uses() == ["playlist", "again"])
    }

    @Test(
        "What is served tells the pages that it leads to nothing of its address",
        arguments: [
            "index.m3u8", "main.m3u8", "main/8.m4s", "main/init.0.mp4", "nothing", "key.0.bin",
        ])
    func referrer(_ name: String) throws {
        let (rig, _) = try Self.live()
        #expect(try rig.ask(name)["referrer-policy"] == "no-referrer")
    }
}
