import Auth
import Primitives
import Reactor
import Testing

@Suite("What a session may use")
struct PlaybackMeterTests {
    private let admitted = PlaybackVerdict.admitted(stream: GateScript.stream)
    private let segment = PlaybackDemand.media(.seconds(2))

    @Test("a player may fill its buffer at once, play for an evening, and jump about in it")
    func human() {
        let script = GateScript()
        let pass = script.token(expiresAt: script.wall + 100_000)
        for _ in 0..<30 { #expect(script.ask(pass, self.segment) == self.admitted) }
        for second in 0..<7200 {
            script.pass(.seconds(2))
            #expect(script.ask(pass, self.segment) == self.admitted)
            // Every two minutes the viewer jumps, and the player fills its buffer again.
            if second % 60 == 0 {
                for _ in 0..<15 { #expect(script.ask(pass, self.segment) == self.admitted) }
            }
        }
    }

    @Test("whoever takes all he can gets the burst, and then twice the speed of life, however he asks")
    func greed() {
        for step in [20, 100, 4000] as [Int64] {
            let script = GateScript()
            let pass = script.token(expiresAt: script.wall + 100_000)
            var taken = 0
            while script.ask(pass, self.segment) == self.admitted { taken += 1 }
            #expect(taken == 60)
            var later = 0
            for _ in 0..<Int(600_000 / step) {
                script.pass(.milliseconds(step))
                while script.ask(pass, self.segment) == self.admitted { later += 1 }
            }
            #expect((599...600).contains(later))
            #expect(script.ask(pass, self.segment) == .refused(.tooFast))
            // Nothing else is refused for it.
            for demand in [PlaybackDemand.playlist, .other, .again] {
                #expect(script.ask(pass, demand) == self.admitted)
            }
        }
    }

    @Test("what a cache gives out counts, and what it fetches for that does not count again")
    func cache() {
        let script = GateScript()
        let pass = script.token(expiresAt: script.wall + 100_000)
        let (check, fetch) = (PlaybackDemand.checked(.seconds(2)), PlaybackDemand.fetched(.seconds(2)))
        // A burst through a cache that has nothing, two loaders at a time, and then an evening of it.
        for _ in 0..<30 {
            for demand in [check, check, fetch, fetch] { #expect(script.ask(pass, demand) == self.admitted) }
        }
        #expect(script.ask(pass, check) == .refused(.tooFast))
        #expect(script.ask(pass, fetch) == .refused(.tooFast))
        for _ in 0..<600 {
            script.pass(.seconds(1))
            for demand in [check, fetch] { #expect(script.ask(pass, demand) == self.admitted) }
            #expect(script.ask(pass, check) == .refused(.tooFast))
        }
        // Of what it had and did not fetch only so much is left.
        for _ in 0..<600 {
            script.pass(.seconds(1))
            #expect(script.ask(pass, check) == self.admitted)
        }
        var fetched = 0
        while script.ask(pass, fetch) == self.admitted { fetched += 1 }
        #expect(fetched == 15)
        script.pass(.seconds(60))
        var taken = 0
        while script.ask(pass, fetch) == self.admitted { taken += 1 }
        #expect(taken == 60)
    }

    @Test("a session is one person's, from so many networks in a time, and an address that is passed around is none's")
    func networks() {
        let script = GateScript()
        let later = script.wall + 100_000
        let (pass, other) = (script.token(expiresAt: later), script.token(ticket: 6, expiresAt: later))
        // A viewer who travels: never more than eight in ten minutes, however many in a day.
        for hour in 0..<24 {
            for network in 1...8 as ClosedRange<UInt64> {
                for _ in 0..<3 {
                    #expect(script.ask(pass, .playlist, from: UInt64(hour) << 8 | network) == self.admitted)
                }
            }
            script.pass(.seconds(600))
        }
        // Two at home go on all the time, and count as often as they are away in between.
        for round in 0..<100 {
            #expect(script.ask(pass, .playlist, from: UInt64(1 + round % 2)) == self.admitted)
        }
        for network in 3...8 as ClosedRange<UInt64> {
            #expect(script.ask(pass, .playlist, from: network) == self.admitted)
        }
        #expect(script.ask(pass, .playlist, from: 9) == .refused(.sessionShared))
        // Of it nothing is left to anybody, on any loop, and nothing is lost to others.
        for demand in [PlaybackDemand.playlist, .media(.seconds(2)), .other, .again] {
            #expect(script.ask(pass, demand, from: 1) == .refused(.sessionShared))
        }
        var second = GateState(keys: PlaybackKeys(root: script.root), meters: script.meters, limits: script.limits)
        if let text = PlaybackTokenText(pass[...]) {
            #expect(second.admit(text, .playlist, now: script.now) { script.wall } == .refused(.sessionShared))
        }
        #expect(script.ask(other, .playlist, from: 9) == self.admitted)
    }

    @Test("whoever is refused because his address was passed around does not watch; without a bound nobody is refused")
    func shared() {
        var limits = PlaybackLimits()
        limits.networkCountMax = 1
        let script = GateScript(limits: limits)
        let pass = script.token()
        #expect(script.ask(pass, .playlist, from: 1) == self.admitted)
        script.pass(.seconds(20))
        #expect(script.ask(pass, .playlist, from: 2) == .refused(.sessionShared))
        #expect(!script.meters.isWatching(GateScript.key(1), now: script.now, lease: .seconds(12)))
        // And it stays what he is told when his session is ended for it.
        #expect(script.tell(last: 1))
        #expect(script.ask(pass) == .refused(.sessionShared))
        limits.networkCountMax = 0
        let open = GateScript(limits: limits)
        let free = open.token()
        for network in 1...100 as ClosedRange<UInt64> {
            #expect(open.ask(free, .playlist, from: network) == self.admitted)
        }
    }

    @Test("networks are blocks of addresses of either family")
    func blocks() throws {
        func number(_ text: String) throws -> UInt64 {
            PlaybackNetworks.number(of: try #require(SocketAddress.Host(text)))
        }
        #expect(try number("192.0.2.1") == number("192.0.2.254") && number("192.0.2.1") != number("192.0.3.1"))
        #expect(try number("2001:db8:1:2::3") == number("2001:db8:1:ffff::1"))
        #expect(try number("2001:db8:1::1") != number("2001:db8:2::1"))
        #expect(try number("0.0.0.0") != number("::"))
    }

    @Test("the same session is counted once, on however many loops it plays")
    func loops() {
        let first = GateScript()
        var second = GateState(keys: PlaybackKeys(root: first.root), meters: first.meters, limits: first.limits)
        let pass = first.token()
        guard let text = PlaybackTokenText(pass[...]) else { return }
        var taken = 0
        while first.ask(pass, self.segment) == self.admitted { taken += 1 }
        let (now, wall) = (first.now, first.wall)
        #expect(second.admit(text, self.segment, now: now) { wall } == .refused(.tooFast))
        #expect(second.admit(text, .playlist, now: now) { wall } == self.admitted)
        #expect(taken == 60)
    }

    @Test("viewers are counted by ticket, for as long as their lease runs, and previews are not")
    func viewers() {
        let script = GateScript()
        let lease = TimeAmount.seconds(12)
        let tokens = [
            script.token(), script.token(number: 2), script.token(ticket: 6), script.token(ticket: 7, schedule: 8),
            script.token(ticket: 0, number: 3),
        ]
        for pass in tokens { #expect(script.ask(pass, .playlist) != .refused(.tokenInvalid)) }
        _ = script.ask(script.token(ticket: 20), .media(.seconds(2)))
        var count = script.meters.count(now: script.now, lease: lease)
        #expect(count.viewers == [7: 2, 8: 1])
        #expect(count.began.count == 5 && count.ended.isEmpty)
        #expect(script.meters.isWatching(GateScript.key(2), now: script.now, lease: lease))
        script.pass(.seconds(11))
        _ = script.ask(tokens[2], .playlist)
        script.pass(.seconds(1))
        count = script.meters.count(now: script.now, lease: lease)
        #expect(count.viewers == [7: 1])
        #expect(count.began.isEmpty && count.ended.count == 4)
        #expect(!script.meters.isWatching(GateScript.key(1), now: script.now, lease: lease))
        #expect(script.meters.count(now: script.now, lease: lease).ended.isEmpty)
        // Whoever comes back after a pause is counted again.
        _ = script.ask(tokens[3], .playlist)
        #expect(script.meters.count(now: script.now, lease: lease).viewers == [7: 1, 8: 1])
    }

    @Test("a device is named by its kind, whatever it says of itself")
    func devices() {
        let cases: [(String?, String)] = [
            (nil, ""), ("", ""), ("x", ""), ("VLC/3.0.24 LibVLC/3.0.24", "VLC"), ("Lavf/59.27.100", "FFmpeg"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 "
                    + "Safari/537.36", "Chrome on Windows"
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                    + "Version/19.0 Mobile/15E148 Safari/604.1", "Safari on iPhone"
            ),
            ("AppleCoreMedia/1.0.0.22F76 (Apple TV; U; CPU OS 18_5 like Mac OS X; en_us)", "Apple player on Apple TV"),
            ("<script>alert(1)</script>", ""), (String(repeating: "Chrome/", count: 200), ""),
        ]
        for (userAgent, name) in cases { #expect(PlaybackDevice.name(userAgent) == name) }
    }
}
