import HTTPServer
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Ticketing

@Suite("Shows and their publishers")
struct LiveShowsTests {
    /// On a busy machine a test may take long, and is not to be taken for a silent publisher.
    private static let limits: LiveLimits = {
        var limits = LiveLimits()
        limits.silenceTime = .seconds(3600)
        return limits
    }()

    private static func rigs() throws -> (LiveRig, Int64) {
        let rig = try TicketingRig()
        let schedule = try rig.concertOnSale().schedule
        try rig.moveNow(schedule)
        return (LiveRig(rig, Self.limits), schedule)
    }

    @Test("a publisher makes a show live, interrupts it and goes on, in the database and for whoever is told")
    func life() async throws {
        let (process, schedule) = try Self.rigs()
        process.start()
        process.shows.publishing(schedule, by: "a", isOn: true)
        try await process.rig.wait { try process.stored(schedule) == "LIVE|f" }
        process.shows.publishing(schedule, by: "a", isOn: false)
        try await process.rig.wait { try process.stored(schedule) == "LIVE|t" }
        process.shows.publishing(schedule, by: "b", isOn: true)
        try await process.rig.wait { try process.stored(schedule) == "LIVE|f" }
        try await process.rig.wait { process.shows.known(schedule)?.live.interruptedAt == nil }
        let told = process.told.withLock { $0 }
        #expect(told.map(\.state) == [.live, .live, .live])
        #expect(told.map { $0.interruptedAt != nil } == [false, true, false])
        #expect(Set(told.map(\.startedAt)).count == 1)
        #expect(try process.rig.sql("SELECT count(*) FROM live_show") == "1")
    }

    @Test("a process that begins anew finds it as it was, and other processes hear of what one does")
    func restart() async throws {
        let (first, schedule) = try Self.rigs()
        first.shows.publishing(schedule, by: "a", isOn: true)
        try await first.decide()
        let second = LiveRig(first.rig, Self.limits)
        second.start()
        try await first.rig.wait { second.shows.known(schedule)?.live.state == .live }
        #expect(second.shows.known(schedule)?.live == first.shows.known(schedule)?.live)
        try await first.apply(.ended, schedule)
        try await first.rig.wait { second.shows.known(schedule)?.live.state == .ended }
        #expect(second.told.withLock { $0.last?.state } == .ended)
        let third = LiveRig(first.rig, Self.limits)
        third.start()
        try await first.rig.wait { third.shows.known(schedule)?.live.state == .ended }
    }

    @Test("one whose process was killed is interrupted, and goes on when the publisher is at another")
    func killed() async throws {
        let (first, schedule) = try Self.rigs()
        first.shows.publishing(schedule, by: "a", isOn: true)
        try await first.decide()
        let second = LiveRig(first.rig, Self.limits)
        try await second.look()
        #expect(try first.stored(schedule) == "LIVE|f")
        // As if it had last been heard two hours ago.
        try first.rig.sql("UPDATE live_show SET heard_at = now() - interval '2 hours'")
        try await second.look()
        #expect(try first.stored(schedule) == "LIVE|t")
        #expect(
            try first.rig.sql("SELECT interrupted_at > now() - interval '1 hour' FROM live_show") == "t")
        second.shows.publishing(schedule, by: "b", isOn: true)
        try await second.decide()
        #expect(try first.stored(schedule) == "LIVE|f")
    }

    @Test("one that is published is heard, and taken for interrupted by nobody; if it was, it goes on")
    func heard() async throws {
        let (process, schedule) = try Self.rigs()
        process.shows.publishing(schedule, by: "a", isOn: true)
        try await process.decide()
        try process.rig.sql("UPDATE live_show SET heard_at = now() - interval '2 hours'")
        try await process.look()
        #expect(try process.stored(schedule) == "LIVE|f")
        #expect(try process.rig.sql("SELECT heard_at > now() - interval '1 hour' FROM live_show") == "t")
        try process.rig.sql("UPDATE live_show SET interrupted_at = now(), version = version + 1")
        try await process.look()
        #expect(try process.stored(schedule) == "LIVE|f")
    }

    @Test("a rehearsal becomes the show when the doors open")
    func rehearsal() async throws {
        let (process, schedule) = try Self.rigs()
        try process.rig.sql("UPDATE schedule SET starts_at = now() + interval '31 minutes'")
        process.shows.publishing(schedule, by: "a", isOn: true)
        try await process.decide()
        try await process.look()
        #expect(try process.stored(schedule) == "")
        try process.rig.sql("UPDATE schedule SET starts_at = now() + interval '29 minutes'")
        try await process.look()
        #expect(try process.stored(schedule) == "LIVE|f")
    }

    @Test("one that nobody publishes ends after its time, by whichever process looks, and one that is canceled at once")
    func endsByItself() async throws {
        let (process, schedule) = try Self.rigs()
        process.shows.publishing(schedule, by: "a", isOn: true)
        try await process.decide()
        process.shows.publishing(schedule, by: "a", isOn: false)
        try await process.decide()
        try process.rig.sql("UPDATE live_show SET interrupted_at = now() - interval '3 minutes'")
        let other = LiveRig(process.rig, Self.limits)
        try await other.look()
        #expect(try process.stored(schedule) == "LIVE|t")
        try process.rig.sql("UPDATE schedule SET ends_at = now() - interval '1 second'")
        try await other.look()
        #expect(try process.stored(schedule) == "ENDED|f")
        try await process.apply(.reopened, schedule)
        #expect(try process.stored(schedule) == "LIVE|t")
        try process.rig.sql("UPDATE schedule SET status = 'CANCELED'")
        try await other.look()
        #expect(try process.stored(schedule) == "ENDED|f")
    }

    @Test("one that runs late is not ended by a process that has only begun: its publisher may be on its way back")
    func restartInOvertime() async throws {
        let (process, schedule) = try Self.rigs()
        process.shows.publishing(schedule, by: "a", isOn: true)
        try await process.decide()
        process.shows.publishing(schedule, by: "a", isOn: false)
        try await process.decide()
        try process.rig.sql(
            """
            UPDATE live_show SET interrupted_at = now() - interval '10 minutes';
            UPDATE schedule SET ends_at = now() - interval '5 minutes'
            """)
        let young = LiveRig(process.rig, Self.limits, age: .seconds(0))
        try await young.look()
        #expect(try process.stored(schedule) == "LIVE|t")
        young.shows.publishing(schedule, by: "b", isOn: true)
        try await young.decide()
        #expect(try process.stored(schedule) == "LIVE|f")
        // One that is canceled ends all the same.
        try process.rig.sql("UPDATE schedule SET status = 'CANCELED'")
        try await young.look()
        #expect(try process.stored(schedule) == "ENDED|f")
    }

    @Test("shows are known to have been read when they have been, and the ended ones are among them for a quarter")
    func reading() async throws {
        let (first, schedule) = try Self.rigs()
        try await first.apply(.published, schedule)
        try await first.apply(.ended, schedule)
        try first.rig.sql(
            """
            UPDATE schedule SET starts_at = now() - interval '81 days', ends_at = now() - interval '80 days';
            UPDATE live_show SET ended_at = now() - interval '80 days'
            """)
        let second = LiveRig(first.rig, Self.limits)
        #expect(!second.shows.areRead)
        second.start()
        try await first.rig.wait { second.shows.areRead }
        #expect(second.shows.known(schedule)?.live.state == .ended)
    }

    @Test("what could not be decided while the database was away is decided later, by who publishes then")
    func databaseAway() async throws {
        let (process, schedule) = try Self.rigs()
        try process.rig.sql("ALTER TABLE live_show RENAME TO live_show_away")
        process.shows.publishing(schedule, by: "a", isOn: true)
        await #expect(throws: (any Error).self) { try await process.decide() }
        process.shows.publishing(schedule, by: "a", isOn: false)
        process.shows.publishing(schedule, by: "a", isOn: true)
        try process.rig.sql("ALTER TABLE live_show_away RENAME TO live_show")
        try await process.decide()
        #expect(try process.stored(schedule) == "LIVE|f")
    }

    @Test("two processes that decide at the same time agree on one life")
    func race() async throws {
        let (first, schedule) = try Self.rigs()
        let second = LiveRig(first.rig, Self.limits)
        try await first.apply(.published, schedule)
        let startedAt = try first.rig.sql("SELECT live_at FROM live_show")
        for round in 0..<20 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for process in [first, second] {
                    group.addTask { try await process.apply(.stopped, schedule) }
                    group.addTask { try await process.apply(.published, schedule) }
                }
                try await group.waitForAll()
            }
            let version = try first.rig.number("SELECT version FROM live_show")
            let newest = [first, second].compactMap { $0.shows.known(schedule) }.max { $0.liveVersion < $1.liveVersion }
            #expect(newest.map { Int64($0.liveVersion) } == version, "\(round)")
            #expect((newest?.live.interruptedAt != nil) == (try first.stored(schedule) == "LIVE|t"), "\(round)")
        }
        #expect(try first.rig.sql("SELECT live_at FROM live_show") == startedAt)
    }

    @Test("followers are told what it is and what it becomes, each once, and the newest when they had no room")
    func followers() async throws {
        let (process, schedule) = try Self.rigs()
        let (loop, shows) = (process.rig.group.loops[0], process.shows)
        try await process.apply(.published, schedule)
        let reader = try await process.rig.onLoop {
            let reader = EventReader(on: loop)
            let known = try #require(shows.known(schedule))
            let response = ServerSentEvents.response(slowClient: .skip) { events in
                shows.hub?.follow(schedule, events) { LiveAnswer(live: known.live).news(revision: known.revision) }
            }
            reader.begin(response)
            return reader
        }
        try await process.apply(.stopped, schedule)
        try await process.apply(.published, schedule)
        try await process.rig.wait { reader.names.count == 3 }
        #expect(reader.names == ["live", "interrupted", "live"])
        try await process.rig.onLoop { reader.setRoom(false) }
        try await process.apply(.stopped, schedule)
        try await process.apply(.ended, schedule)
        await process.rig.pause(.milliseconds(50))
        try await process.rig.onLoop { reader.setRoom(true) }
        try await process.rig.wait { reader.names.count == 4 }
        #expect(reader.names.last == "ended")
        #expect(shows.hubs[0].count == 1)
        try await process.rig.onLoop { reader.leave() }
        try await process.rig.wait { shows.hubs[0].count == 0 }
    }
}
