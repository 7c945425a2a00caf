import Auth
import Crypto
import Primitives
import Testing

@Suite("The gate")
struct GateStateTests {
    private let admitted = PlaybackVerdict.admitted(stream: GateScript.stream)

    @Test("lets a good token in until its end, with the tolerance for clocks, seen before or not")
    func end() {
        for isSeenBefore in [true, false] {
            let script = GateScript()
            let pass = script.token(expiresAt: script.wall + 100)
            if isSeenBefore { #expect(script.ask(pass) == self.admitted) }
            script.pass(.seconds(129))
            #expect(script.ask(pass) == self.admitted)
            script.pass(.seconds(1))
            #expect(script.ask(pass) == .refused(.tokenExpired))
        }
    }

    @Test("shuts at once for what is told while a session plays, and for that session alone")
    func told() {
        let script = GateScript()
        let (mine, other, elsewhere) = (script.token(), script.token(ticket: 6), script.token(number: 2))
        for pass in [mine, other] { #expect(script.ask(pass) == self.admitted) }
        #expect(script.tell(last: 2, live: [GateScript.session(2)]))
        #expect(script.ask(mine) == .refused(.sessionReplaced))
        #expect(script.ask(elsewhere) == self.admitted)
        #expect(script.tell(revision: 2, last: 2, revokedThrough: 2))
        #expect(script.ask(mine) == .refused(.ticketRevoked))
        #expect(script.ask(elsewhere) == .refused(.ticketRevoked))
        #expect(script.ask(other) == self.admitted)
    }

    @Test("lets sessions in that it has not been told of yet, unless their ticket went before they began")
    func unknown() {
        let script = GateScript()
        _ = script.tell(last: 2, live: [GateScript.session(2)])
        #expect(script.ask(script.token(number: 3)) == self.admitted)
        // A ticket that was given away opens for whom it was given to.
        _ = script.tell(revision: 2, last: 2, revokedThrough: 2)
        #expect(script.ask(script.token(number: 2)) == .refused(.ticketRevoked))
        #expect(script.ask(script.token(number: 3)) == self.admitted)
    }

    @Test("takes what is told in any order, any number of times, to the same end")
    func order() {
        let (first, second, third) = (GateScript.session(1), GateScript.session(2), GateScript.session(3))
        let tellings: [(revision: Int64, last: UInt32, revoked: UInt32, live: [PlaybackSessionID])] = [
            (1, 1, 0, [first]), (2, 2, 0, [second, first]), (3, 2, 0, [second]), (4, 3, 2, [third]),
        ]
        var random = FastRandom(seed: 7)
        for _ in 0..<200 {
            let script = GateScript()
            var order = (tellings + tellings).map { $0 }
            for index in order.indices.reversed() {
                order.swapAt(index, Int(random.next() % UInt64(index + 1)))
            }
            for told in order {
                _ = script.tell(
                    revision: told.revision, last: told.last, revokedThrough: told.revoked, live: told.live)
                #expect(script.ask(script.token(number: 4)) == self.admitted)
            }
            #expect(script.ask(script.token(number: 1)) == .refused(.ticketRevoked))
            #expect(script.ask(script.token(number: 2)) == .refused(.ticketRevoked))
            #expect(script.ask(script.token(number: 3)) == self.admitted)
        }
    }

    @Test("lets as many sessions play as its ticket has live, and tells the difference by all their bits")
    func several() {
        let script = GateScript()
        let live = (2...4).map { GateScript.session(UInt32($0)) }
        _ = script.tell(last: 4, live: live)
        for number in 2...4 { #expect(script.ask(script.token(number: UInt32(number))) == self.admitted) }
        #expect(script.ask(script.token(number: 1)) == .refused(.sessionReplaced))
        #expect(script.ask(script.token(number: 3, random: 1)) == .refused(.sessionReplaced))
    }

    @Test("says when sessions may have ended, and only then: who waits is asked again for it")
    func endings() {
        let script = GateScript()
        let sessions = (1...6).map { GateScript.session(UInt32($0)) }
        // Others that it was not told of came before.
        #expect(script.tell(holder: 9, last: 2, live: [sessions[1]]))
        #expect(!script.tell(revision: 1, last: 1, live: [sessions[0]]))
        #expect(!script.tell(revision: 2, last: 2, live: [sessions[1], sessions[0]]))
        #expect(!script.tell(revision: 2, last: 2, live: []))
        #expect(script.tell(revision: 3, last: 3, live: [sessions[2], sessions[1]]))
        #expect(script.tell(revision: 4, last: 3, live: [sessions[2]]))
        #expect(script.tell(revision: 5, last: 5, live: [sessions[4], sessions[2]]))
        #expect(!script.tell(revision: 6, last: 6, live: [sessions[5], sessions[4], sessions[2]]))
        #expect(script.tell(revision: 7, last: 6, revokedThrough: 6))
        #expect(!script.tell(revision: 8, last: 6, revokedThrough: 6))
    }

    @Test("remembers what is void when it is full, and forgets what is over")
    func bounds() {
        var limits = PlaybackLimits()
        limits.holderCountMax = 2
        limits.lateSeconds = 0
        let script = GateScript(limits: limits)
        for holder in [1, 2, 3] as [Int64] {
            _ = script.tell(holder: holder, live: [GateScript.session(1)], expiresAt: script.wall + holder * 100)
        }
        #expect(script.gate.holderCount == 2)
        _ = script.tell(holder: 4, last: 1, revokedThrough: 1)
        #expect(script.ask(script.token(ticket: 4)) == .refused(.ticketRevoked))
        #expect(script.gate.holderCount == 3)
        script.gate.forget(wall: script.wall + 130)
        #expect(script.gate.holderCount == 3)
        script.gate.forget(wall: script.wall + 131)
        #expect(script.gate.holderCount == 2)
        script.gate.forget(wall: script.wall + 100_000)
        #expect(script.gate.holderCount == 0)
        #expect(script.ask(script.token(ticket: 9)) == self.admitted)
    }

    @Test("lets whoever watches go on when the show was to be over: it may have been given a later end")
    func laterEnd() {
        let script = GateScript()
        let late = script.limits.lateSeconds
        let pass = script.token(expiresAt: script.wall + 100 + late)
        _ = script.tell(last: 1, live: [GateScript.session(1)], expiresAt: script.wall + 100)
        #expect(script.ask(pass) == self.admitted)
        for seconds in [131, late - 131 + 129] {
            script.pass(.seconds(seconds))
            script.gate.forget(wall: script.wall)
            #expect(script.ask(pass) == self.admitted)
        }
        script.pass(.seconds(1))
        #expect(script.ask(pass) == .refused(.tokenExpired))
    }

    @Test("knows what is void for as long as a token of it is good, however long the show was to be over")
    func late() {
        let script = GateScript()
        let late = script.limits.lateSeconds
        let (mine, other) = (script.token(expiresAt: script.wall + 100 + late), script.token(ticket: 6))
        _ = script.tell(last: 1, revokedThrough: 1, expiresAt: script.wall + 100)
        #expect(script.ask(mine) == .refused(.ticketRevoked) && script.ask(other) == self.admitted)
        script.pass(.seconds(100 + late))
        script.gate.forget(wall: script.wall)
        #expect(script.ask(mine) == .refused(.ticketRevoked))
        script.pass(.seconds(31))
        script.gate.forget(wall: script.wall)
        #expect(script.gate.holderCount == 0 && script.ask(mine) == .refused(.tokenExpired))
    }

    @Test("believes what it has seen only as long as the key is there")
    func rotation() throws {
        let script = GateScript()
        let (pass, stolen) = (script.token(), script.token(ticket: 6))
        _ = script.tell(last: 1, live: [GateScript.session(1)])
        for pass in [pass, stolen] { #expect(script.ask(pass) == self.admitted) }
        var root = script.root
        for round in 0..<10 {
            root = try #require(root.rotated())
            script.gate.replaceKeys(PlaybackKeys(root: root))
            #expect(script.ask(pass) == self.admitted)
            #expect(script.ask(script.token(number: 2, root: root)) == self.admitted)
            // Of no session that anybody has begun: good until the key is no recent one.
            #expect(script.ask(stolen) == (round == 0 ? self.admitted : .refused(.tokenInvalid)))
            #expect(script.ask(script.token(number: 9)) == (round == 0 ? self.admitted : .refused(.tokenInvalid)))
        }
        let newest = Array(root.text().prefix { $0 != UInt8(ascii: "\n") })
        script.gate.replaceKeys(PlaybackKeys(root: try RootSecret(parsing: newest)))
        #expect(script.ask(pass) == .refused(.tokenInvalid))
        #expect(script.ask(script.token(number: 2, root: root)) == self.admitted)
    }

    @Test("tells thousands of tokens apart, however many it remembers")
    func manyTokens() {
        for countMax in [256, 131_072] {
            var limits = PlaybackLimits()
            limits.verifiedCountMax = countMax
            let script = GateScript(limits: limits)
            let passes = (0..<3000).map { index in
                let random = UInt32(truncatingIfNeeded: index &* 2_654_435_761)
                return script.token(ticket: Int64(index + 1), schedule: Int64(index), random: random)
            }
            for round in 0..<3 {
                for (index, pass) in passes.enumerated() {
                    let expected: PlaybackVerdict =
                        round == 2 && index % 3 == 0
                        ? .refused(.ticketRevoked) : .admitted(stream: "schedule-\(index)")
                    #expect(script.ask(pass) == expected)
                }
                guard round == 1 else { continue }
                for index in stride(from: 0, to: 3000, by: 3) {
                    _ = script.tell(holder: Int64(index + 1), last: 1, revokedThrough: 1)
                }
            }
        }
    }

    @Test("tells previews from tickets, whatever was told of either")
    func previews() {
        let script = GateScript()
        let (preview, ticket) = (script.token(ticket: 0), script.token(number: 2))
        for _ in 0..<2 {
            #expect(script.ask(preview) == .admitted(stream: GateScript.stream, .preview))
            #expect(script.ask(ticket) == self.admitted)
            _ = script.tell(holder: -1, last: 1, live: [GateScript.session(1)])
            _ = script.tell(last: 2, live: [GateScript.session(2)])
        }
    }

    @Test("reads what it is told, and passes over what it does not know")
    func text() {
        let session = GateScript.session(2)
        #expect(
            PlaybackHolding("5 7 2 1 1780311600 720 false \(session.databaseValue)")
                == PlaybackHolding(
                    holder: 5, revision: 7, lastNumber: 2, revokedThrough: 1, expiresAt: 1_780_311_600,
                    grant: PlaybackGrant(heightMax: 720, hasReplay: false), live: [session]))
        #expect(
            PlaybackHolding("-9 1 9 9 1 0 true ")
                == PlaybackHolding(
                    holder: -9, revision: 1, lastNumber: 9, revokedThrough: 9, expiresAt: 1, live: []))
        let wrong = [
            "", "5", "5 7 2 1 1780311600", "5 7 2 1 x 0 true 3", "5 7 -2 1 9 0 true 3", "5 7 2 1 9 0 true 3,x",
            "5 7 2 1 9 0 true 3 4", "5 7 2 1 9 -1 true 3", "5 7 2 1 9 0 yes 3",
        ]
        for text in wrong {
            #expect(PlaybackHolding(text) == nil, "\(text)")
        }
    }
}
