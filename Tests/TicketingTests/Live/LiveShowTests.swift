import Primitives
import Testing

@testable import Ticketing

@Suite("What becomes of a show")
struct LiveShowTests {
    /// Doors at 1000 s, start at 2000 s, end at 3000 s; a grace of 100 s, silence of 20 s, overtime of 500 s.
    private static let limits: LiveLimits = {
        var limits = LiveLimits()
        (limits.publisherGraceTime, limits.silenceTime) = (.seconds(100), .seconds(20))
        (limits.overtime, limits.rehearsalTime) = (.seconds(500), .seconds(900))
        return limits
    }()

    static func at(_ seconds: Int64) -> WallClock { WallClock(unixMilliseconds: seconds * 1000) }

    static func show(status: String = "SCHEDULED") -> LiveShow {
        LiveShow(
            schedule: 7, concert: 2, seller: 3, startsAt: Self.at(2000), endsAt: Self.at(3000),
            doorsOpenAt: Self.at(1000), replayUntil: nil, timeZone: "Asia/Seoul", saleStatus: status, isPublic: true,
            live: LiveStatus(), heardAt: nil, version: 1, liveVersion: 0)
    }

    /// Inputs one after the other, each with its second; what came of each.
    @discardableResult
    private static func run(_ show: inout LiveShow, _ inputs: [(LiveShow.Input, Int64)]) -> [LiveShow.Outcome] {
        inputs.map { show.apply($0, at: Self.at($1), Self.limits) }
    }

    @Test("the first publisher behind the doors makes it live; before them it is a rehearsal, however long")
    func begins() {
        var show = Self.show()
        let early: [(LiveShow.Input, Int64)] = [(.published, 500), (.stopped, 600), (.published, 999)]
        #expect(Self.run(&show, early) == [.unchanged, .unchanged, .unchanged])
        #expect(show.live == LiveStatus())
        #expect(Self.run(&show, [(.published, 1000)]) == [.changed])
        #expect(show.live == LiveStatus(state: .live, startedAt: Self.at(1000)))
        #expect(Self.run(&show, [(.published, 1005)]) == [.heard])
        #expect(show.heardAt == Self.at(1005) && show.live.startedAt == Self.at(1000))
    }

    @Test("a publisher that goes interrupts it, and goes on when it is back, however late before the end")
    func interrupted() {
        var show = Self.show()
        Self.run(&show, [(.published, 1500), (.stopped, 1600)])
        #expect(show.live == LiveStatus(state: .live, startedAt: Self.at(1500), interruptedAt: Self.at(1600)))
        #expect(Self.run(&show, [(.stopped, 1601), (.looked, 2999)]) == [.unchanged, .unchanged])
        #expect(show.live.interruptedAt == Self.at(1600))
        #expect(Self.run(&show, [(.published, 2999)]) == [.changed])
        #expect(show.live == LiveStatus(state: .live, startedAt: Self.at(1500)))
    }

    @Test("when its time is over, it ends a grace after its last publisher, and not while it is published")
    func endsByItself() {
        var show = Self.show()
        Self.run(&show, [(.published, 1500), (.published, 3400)])
        #expect(Self.run(&show, [(.looked, 3410)]) == [.unchanged])
        Self.run(&show, [(.stopped, 3410)])
        #expect(Self.run(&show, [(.looked, 3509)]) == [.unchanged])
        let back: [(LiveShow.Input, Int64)] = [(.published, 3509), (.stopped, 3510), (.looked, 3609)]
        #expect(Self.run(&show, back) == [.changed, .changed, .unchanged])
        #expect(Self.run(&show, [(.looked, 3610)]) == [.changed])
        #expect(show.live == LiveStatus(state: .ended, startedAt: Self.at(1500), endedAt: Self.at(3610)))
    }

    @Test("one that drops before its time ends with its time")
    func dropsEarly() {
        var show = Self.show()
        Self.run(&show, [(.published, 1500), (.stopped, 1600)])
        #expect(Self.run(&show, [(.looked, 2999), (.looked, 3000)]) == [.unchanged, .changed])
        #expect(show.live.state == .ended)
    }

    @Test("one whose process is gone is interrupted since that was seen, and ends a grace after it and not before")
    func silent() {
        var show = Self.show()
        Self.run(&show, [(.published, 1500), (.published, 1510)])
        #expect(Self.run(&show, [(.looked, 1529), (.looked, 1530)]) == [.unchanged, .changed])
        #expect(show.live.interruptedAt == Self.at(1530))
        // In overtime, by a process that was away for longer than the grace.
        var late = Self.show()
        Self.run(&late, [(.published, 1500), (.published, 3100)])
        #expect(Self.run(&late, [(.looked, 3400), (.looked, 3499)]) == [.changed, .unchanged])
        #expect(late.live.state == .live)
        #expect(Self.run(&late, [(.looked, 3500)]) == [.changed] && late.live.state == .ended)
    }

    @Test("its organizer ends it, and takes that back for a while; publishing does not begin it again")
    func ended() {
        var show = Self.show()
        #expect(Self.run(&show, [(.ended, 1200), (.reopened, 1200)]) == [.impossible, .impossible])
        Self.run(&show, [(.published, 1500)])
        #expect(Self.run(&show, [(.reopened, 1550), (.ended, 1600)]) == [.unchanged, .changed])
        #expect(show.live == LiveStatus(state: .ended, startedAt: Self.at(1500), endedAt: Self.at(1600)))
        let late: [(LiveShow.Input, Int64)] = [(.ended, 1601), (.published, 1602), (.stopped, 1603), (.looked, 9000)]
        #expect(Self.run(&show, late) == [.unchanged, .unchanged, .unchanged, .unchanged])
        #expect(show.live.endedAt == Self.at(1600))
        var reopened = show
        #expect(Self.run(&reopened, [(.reopened, 3499)]) == [.changed])
        #expect(reopened.live == LiveStatus(state: .live, startedAt: Self.at(1500), interruptedAt: Self.at(3499)))
        #expect(Self.run(&reopened, [(.published, 3500)]) == [.changed])
        #expect(Self.run(&show, [(.reopened, 3500)]) == [.impossible])
    }

    @Test("its publisher is awaited while it goes on, until it was to have ended")
    func awaited() {
        var show = Self.show()
        #expect(!show.isAwaited(at: Self.at(2500)))
        Self.run(&show, [(.published, 1500), (.stopped, 1600)])
        #expect(show.isAwaited(at: Self.at(2999)) && !show.isAwaited(at: Self.at(3000)))
        Self.run(&show, [(.ended, 2000)])
        #expect(!show.isAwaited(at: Self.at(2500)))
    }

    @Test("one that is canceled does not begin, ends when it is looked at, and is not opened again")
    func canceled() {
        var show = Self.show(status: "CANCELED")
        #expect(Self.run(&show, [(.published, 1500)]) == [.unchanged])
        var live = Self.show()
        Self.run(&live, [(.published, 1500)])
        live.saleStatus = "CANCELED"
        #expect(Self.run(&live, [(.looked, 1501), (.reopened, 1502)]) == [.changed, .impossible])
        #expect(live.live.state == .ended)
    }

    @Test("a stream key is valid from before the doors, for rehearsals, until some time after the end")
    func key() {
        #expect(Self.show().keyFrom(Self.limits) == Self.at(100) && Self.show().keyUntil(Self.limits) == Self.at(3500))
    }

    @Test("whatever comes in whatever order, a show is in one state, and its times say so")
    func anyOrder() {
        var random = SystemRandomNumberGenerator()
        let inputs: [LiveShow.Input] = [.published, .stopped, .looked, .ended, .reopened]
        for _ in 0..<200 {
            var (show, time) = (Self.show(), Int64(0))
            for _ in 0..<50 {
                time += Int64.random(in: 0...200, using: &random)
                let before = show
                let input = inputs.randomElement(using: &random) ?? .looked
                let outcome = show.apply(input, at: Self.at(time), Self.limits)
                #expect((outcome == .changed) == (show.live != before.live))
                let live = show.live
                #expect((live.state == .scheduled) == (live.startedAt == nil))
                #expect((live.state == .ended) == (live.endedAt != nil))
                #expect(live.interruptedAt == nil || live.state == .live)
            }
        }
    }
}

@Suite("Shows in memory")
struct LiveShowTableTests {
    private static func show(_ schedule: Int64, _ live: LiveStatus, revision: Int = 0) -> LiveShow {
        LiveShow(
            schedule: schedule, concert: 2, seller: 3, startsAt: .now, endsAt: .now, doorsOpenAt: .now,
            replayUntil: nil, timeZone: "Asia/Seoul", saleStatus: "SCHEDULED", isPublic: true, live: live,
            heardAt: nil, version: 1, liveVersion: revision)
    }

    @Test("what was read earlier does not take the place of what is known")
    func order() {
        var table = LiveShowTable()
        let live = Self.show(1, LiveStatus(state: .live, startedAt: .now), revision: 2)
        #expect(table.put(live, countMax: 10) == .new && table.put(live, countMax: 10) == .known)
        #expect(table.put(Self.show(1, LiveStatus(), revision: 1), countMax: 10) == .known)
        #expect(table.shows[1]?.live.state == .live)
        var heard = live
        (heard.heardAt, heard.liveVersion) = (.now, 3)
        #expect(table.put(heard, countMax: 10) == .known && table.shows[1]?.liveVersion == 3)
    }

    @Test("there are never more than the bound: what goes on is kept, what has not begun is not")
    func bounded() {
        var table = LiveShowTable()
        for schedule in 1...3 { _ = table.put(Self.show(Int64(schedule), LiveStatus()), countMax: 3) }
        let live = LiveStatus(state: .live, startedAt: .now)
        for schedule in 4...6 { #expect(table.put(Self.show(Int64(schedule), live), countMax: 3) == .new) }
        #expect(Set(table.shows.keys) == [4, 5, 6])
        #expect(table.put(Self.show(7, live), countMax: 3) == .notKept)
    }

    @Test("a publisher that is told of twice is one, and one that takes over in between is another")
    func publishers() {
        var table = LiveShowTable()
        table.publishing(1, by: "a", isOn: true)
        table.publishing(1, by: "a", isOn: true)
        #expect(table.takeDirty() == [1] && table.takeDirty() == [])
        table.publishing(1, by: "b", isOn: true)
        table.publishing(1, by: "a", isOn: false)
        #expect(table.publishers[1] == ["b"])
        table.publishing(1, by: "b", isOn: false)
        table.publishing(1, by: "b", isOn: false)
        #expect(table.publishers.isEmpty && table.takeDirty() == [1])
        table.putBack([1, 2])
        #expect(table.takeDirty() == [1, 2])
    }
}
