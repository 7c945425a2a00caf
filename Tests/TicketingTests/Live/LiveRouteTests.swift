import Foundation
import HTTPServer
import Observability
import Primitives
import Testing

@testable import Ticketing

@Suite("Routes of live shows")
struct LiveRouteTests {
    private struct Place {
        let process: LiveRig
        let sale: TicketingRig.Sale
        let client: TicketingClient
        var seller: TicketingClient { self.client.as(self.sale.seller, .seller) }
        var path: String { "/api/v1/schedule/\(self.sale.schedule)" }

        init() throws {
            let rig = try TicketingRig()
            self.process = LiveRig(rig)
            self.sale = try rig.concertOnSale()
            try rig.moveNow(self.sale.schedule)
            self.client = try self.process.client()
        }

        func of(_ role: String) throws -> TicketingClient {
            let member = try self.process.rig.member()
            try self.process.rig.sql("INSERT INTO seller_team VALUES (\(self.sale.seller), \(member), '\(role)')")
            return self.client.as(member)
        }
    }

    private static func state(_ answer: TicketingClient.Answer) -> String? {
        (answer.json["live"] as? [String: Any])?["state"] as? String
    }

    @Test("every route has a description that fits it")
    func descriptions() {
        let info = OpenAPIInfo(
            title: "Live", version: "1", about: HTTPWording("Shows", korean: "공연"),
            tags: [(name: LiveRoutes.tag, about: HTTPWording("Shows", korean: "공연"))],
            sessionCookieName: "session", unauthenticated: HTTPProblemDescription(.unauthorized, "unauthenticated"))
        #expect(OpenAPIDocument(info, routes: LiveRoutes.table.map(\.unbound)).mistakes == [])
    }

    /// What each gets: nobody, a user, another seller, FINANCE, STREAMER and ADMIN of the team, its seller, a manager.
    private static let expectations: [(String, HTTPMethod, [Int])] = [
        ("", .get, [200, 200, 200, 200, 200, 200, 200, 200]),
        ("/live/events", .get, [200, 200, 200, 200, 200, 200, 200, 200]),
        ("", .patch, [401, 403, 403, 403, 403, 200, 200, 200]),
        ("/stream", .get, [401, 403, 403, 403, 200, 200, 200, 200]),
        ("/stream/poster", .get, [401, 403, 403, 403, 200, 200, 200, 200]),
        ("/stream-key", .post, [401, 403, 403, 403, 201, 201, 201, 201]),
        ("/stream-key", .delete, [401, 403, 403, 403, 204, 204, 204, 204]),
        ("/end", .post, [401, 403, 403, 403, 200, 200, 200, 200]),
        ("/reopen", .post, [401, 403, 403, 403, 200, 200, 200, 200]),
    ]

    @Test("everybody gets what the table says, and of a draft nobody but its team is told")
    func access() async throws {
        let place = try Place()
        let rig = place.process.rig
        try await place.process.apply(.published, place.sale.schedule)
        place.process.streams.set(ShowHealth(), of: place.sale.schedule)
        let other = place.client.as(try rig.member("SELLER"), .seller)
        let clients = [
            place.client, place.client.as(try rig.member()), other, try place.of("FINANCE"), try place.of("STREAMER"),
            try place.of("ADMIN"), place.seller, place.client.as(try rig.member("MANAGER"), .manager),
        ]
        let labels = Self.expectations.map { "\($0.1.name) /api/v1/schedule/{id}\($0.0)" }
        #expect(Set(LiveRoutes.table.map(\.unbound.label)) == Set(labels))
        for (name, method, expected) in Self.expectations {
            var statuses: [Int] = []
            for client in clients {
                let body: Any? = method == .patch ? ["doorsOpenMinutesBefore": 45] : nil
                statuses.append(try await client.send(method, place.path + name, json: body).status)
            }
            #expect(statuses == expected, "\(method) \(name)")
        }
        try rig.sql("UPDATE concert SET status = 'DRAFT'")
        for (name, method, _) in Self.expectations {
            let body: Any? = method == .patch ? ["doorsOpenMinutesBefore": 45] : nil
            let answer = try await other.send(method, place.path + name, json: body)
            #expect(answer.status == 404, "\(method) \(name)")
        }
        #expect(try await place.seller.send(.get, place.path).status == 200)
        for id in ["0", "999999", "x"] {
            #expect(try await place.seller.send(.get, "/api/v1/schedule/\(id)").status == 404)
            #expect(try await place.seller.send(.post, "/api/v1/schedule/\(id)/stream-key").status == 404)
        }
    }

    @Test("a key is of the show's seller whoever gets it, valid around the show, and rotates")
    func key() async throws {
        let place = try Place()
        let schedule = place.sale.schedule
        let first = try await place.of("STREAMER").send(.post, place.path + "/stream-key")
        #expect(first.status == 201 && first["cache-control"] == "no-store")
        #expect(first.json["rtmpUrl"] as? String == "rtmp://podo.test:1935/live")
        #expect(first.json["streamKey"] as? String == "key 1")
        let key = try #require(place.process.keys[schedule])
        let show = try #require(place.process.shows.known(schedule))
        #expect(key.seller == place.sale.seller)
        #expect(key.from == show.doorsOpenAt.adding(.seconds(-86_400)))
        #expect(key.until == show.endsAt.adding(.seconds(10_800)))
        #expect(first.json["validFrom"] as? String == key.from.rfc3339)
        let second = try await place.seller.send(.post, place.path + "/stream-key")
        #expect(second.json["streamKey"] as? String == "key 2" && place.process.keys[schedule]?.number == 2)
        #expect(try await place.seller.send(.delete, place.path + "/stream-key").status == 204)
        #expect(place.process.keys[schedule] == nil)
        #expect(try await place.seller.send(.delete, place.path + "/stream-key").status == 204)
        try await place.process.apply(.published, schedule)
        #expect(try await place.seller.send(.post, place.path + "/end").status == 200)
        #expect(try await place.seller.send(.post, place.path + "/stream-key").code == "invalid-state")
        try place.process.rig.sql("UPDATE schedule SET status = 'CANCELED'")
        #expect(try await place.seller.send(.post, place.path + "/stream-key").code == "invalid-state")
    }

    @Test("what a stream shows is a picture that nobody keeps, and a problem of its own where there is none")
    func picture() async throws {
        let place = try Place()
        let none = try await place.seller.send(.get, place.path + "/stream/poster")
        #expect(none.status == 404 && none.code == "no-poster")
        place.process.streams.set(ShowHealth(), of: place.sale.schedule)
        let picture = try await place.seller.send(.get, place.path + "/stream/poster")
        #expect(picture.status == 200 && picture["content-type"] == "image/jpeg")
        #expect(picture["cache-control"] == "no-store" && String(decoding: picture.body, as: UTF8.self) == "a picture")
    }

    @Test("windows are changed for the version that was seen, with the key's time, and told to other processes")
    func windows() async throws {
        let place = try Place()
        let other = LiveRig(place.process.rig)
        other.start()
        _ = try await place.seller.send(.post, place.path + "/stream-key")
        let before = try await place.client.send(.get, place.path)
        #expect(before.json["replayUntil"] is NSNull)
        let tag = try #require(before["etag"])
        let start = try #require(place.process.shows.known(place.sale.schedule)).startsAt
        #expect(before.json["doorsOpenAt"] as? String == start.adding(.seconds(-1800)).rfc3339)
        let body: [String: Any] = ["doorsOpenMinutesBefore": 90, "replayHours": 48]
        let changed = try await place.seller.send(.patch, place.path, json: body, fields: [("if-match", tag)])
        #expect(changed.status == 200 && changed["etag"] == "\"2\"")
        #expect(changed.json["doorsOpenAt"] as? String == start.adding(.seconds(-5400)).rfc3339)
        let end = try #require(place.process.shows.known(place.sale.schedule)).endsAt
        #expect(changed.json["replayUntil"] as? String == end.adding(.seconds(172_800)).rfc3339)
        #expect(place.process.keys[place.sale.schedule]?.from == start.adding(.seconds(-5400 - 86_400)))
        let late = try await place.seller.send(.patch, place.path, json: body, fields: [("if-match", tag)])
        #expect(late.code == "version-mismatch")
        let audited = try place.process.rig.sql("SELECT updated_by, doors_minutes FROM schedule")
        #expect(audited == "member:\(place.sale.seller)|90")
        // Nobody has asked the other process yet: it reads what it is asked for, and hears of the next change.
        let there = other.shows
        _ = try await place.process.rig.onLoop { try await there.show(place.sale.schedule) }
        let gone = try await place.seller.send(.patch, place.path, json: ["replayHours": 0])
        #expect(gone.status == 200)
        try await place.process.rig.wait { there.known(place.sale.schedule)?.version == 3 }
        #expect(there.known(place.sale.schedule)?.replayUntil == nil)
        for (body, pointer) in [
            (["doorsOpenMinutesBefore": 1441], "/doorsOpenMinutesBefore"), (["replayHours": 24 * 91], "/replayHours"),
            (["replayUntil": "2020-01-01T00:00:00Z"], "/replayUntil"),
            (["replayUntil": "2120-01-01T00:00:00Z"], "/replayUntil"),
            (["replayUntil": "2027-01-01T00:00:00Z", "replayHours": 2], "/replayHours"),
        ] as [([String: Any], String)] {
            let answer = try await place.seller.send(.patch, place.path, json: body)
            #expect(answer.code == "invalid-request" && answer.pointers == [pointer], "\(body)")
        }
    }

    @Test("a show that has not begun is moved, with its key and its replay; one that goes on can end later")
    func moved() async throws {
        let place = try Place()
        let schedule = place.sale.schedule
        _ = try await place.seller.send(.post, place.path + "/stream-key")
        _ = try await place.seller.send(.patch, place.path, json: ["replayHours": 48])
        let start = WallClock(unixMilliseconds: Int64(WallClock.now.unixSeconds) * 1000 + 86_400_000)
        let moved = try await place.seller.send(.patch, place.path, json: ["startsAt": start.rfc3339])
        #expect(moved.status == 200 && moved.json["startsAt"] as? String == start.rfc3339)
        // Two hours long, as it was.
        let end = start.adding(.seconds(7200))
        #expect(moved.json["endsAt"] as? String == end.rfc3339)
        #expect(moved.json["replayUntil"] as? String == end.adding(.seconds(172_800)).rfc3339)
        #expect(moved.json["doorsOpenAt"] as? String == start.adding(.seconds(-1800)).rfc3339)
        let key = try #require(place.process.keys[schedule])
        #expect(key.from == start.adding(.seconds(-1800 - 86_400)) && key.until == end.adding(.seconds(10_800)))
        let count = try place.process.rig.sql("SELECT count(*) FROM schedule WHERE moved_at > now() - interval '1 min'")
        #expect(count == "1")
        let told = "SELECT payload->>'startsAt', payload->>'endsAt' FROM outbox WHERE topic = 'schedule.changed'"
        #expect(try place.process.rig.sql(told) == "\(start.rfc3339)|\(end.rfc3339)")
        // Only the end.
        let later = try await place.seller.send(
            .patch, place.path, json: ["endsAt": end.adding(.seconds(600)).rfc3339, "replayHours": 1])
        #expect(later.json["startsAt"] as? String == start.rfc3339)
        #expect(later.json["replayUntil"] as? String == end.adding(.seconds(4200)).rfc3339)
        #expect(place.process.keys[schedule]?.until == end.adding(.seconds(600 + 10_800)))
        for (body, pointer) in [
            (["startsAt": "2020-01-01T00:00:00Z"], "/startsAt"), (["endsAt": start.rfc3339], "/endsAt"),
            (["endsAt": start.adding(.seconds(15 * 86_400)).rfc3339], "/endsAt"),
        ] {
            let answer = try await place.seller.send(.patch, place.path, json: body)
            #expect(answer.code == "invalid-request" && answer.pointers == [pointer], "\(body)")
        }
        try place.process.rig.moveNow(schedule)
        try await place.process.apply(.published, schedule)
        let begun = try await place.seller.send(.patch, place.path, json: ["startsAt": start.rfc3339])
        #expect(begun.code == "invalid-state")
        let late = WallClock(unixMilliseconds: Int64(WallClock.now.unixSeconds) * 1000 + 7_200_000)
        let longer = try await place.seller.send(.patch, place.path, json: ["endsAt": late.rfc3339])
        #expect(longer.status == 200 && longer.json["endsAt"] as? String == late.rfc3339)
        #expect(place.process.shows.known(schedule)?.endsAt == late)
        let past = try await place.seller.send(
            .patch, place.path, json: ["endsAt": WallClock.now.adding(.seconds(-60)).rfc3339])
        #expect(past.code == "invalid-request")
        try await place.process.apply(.ended, schedule)
        let over = try await place.seller.send(.patch, place.path, json: ["endsAt": late.rfc3339])
        #expect(over.code == "invalid-state")
        #expect(try await place.seller.send(.patch, place.path, json: ["replayHours": 2]).status == 200)
    }

    @Test("a show that nobody streams is over when its time is, and begins at no other time when somebody has a ticket")
    func movedInHall() async throws {
        let place = try Place()
        let (rig, schedule) = (place.process.rig, place.sale.schedule)
        let start = WallClock(unixMilliseconds: Int64(WallClock.now.unixSeconds) * 1000 + 86_400_000)
        func move(_ change: [String: Any]) async throws -> String? {
            let answer = try await place.seller.send(.patch, place.path, json: change)
            return answer.status == 200 ? nil : answer.code
        }
        let seats = ReservationRig(rig)
        _ = try await seats.confirm(seats.held(place.sale, rig.member(), [0]))
        #expect(try await move(["startsAt": start.rfc3339]) == "invalid-state")
        // It may take longer than was thought.
        #expect(try await move(["endsAt": start.rfc3339]) == nil)
        try rig.sql("UPDATE schedule SET starts_at = now() - interval '3 h', ends_at = now() - interval '1 h'")
        for change in [["startsAt": start.rfc3339], ["endsAt": start.rfc3339]] {
            #expect(try await move(change) == "invalid-state")
        }
        #expect(try await move(["replayHours": 24]) == nil)
        try rig.sql("DELETE FROM ticket WHERE schedule_id = \(schedule)")
        #expect(try await move(["startsAt": start.rfc3339]) == "invalid-state")
        #expect(try rig.number("SELECT count(*) FROM schedule WHERE moved_at IS NOT NULL") == 0)
        // What nobody was shown is no show yet.
        try rig.sql("UPDATE concert SET status = 'DRAFT'")
        #expect(try await move(["startsAt": start.rfc3339]) == nil)
    }

    @Test("a show is not moved onto another on its stage")
    func movedOntoAnother() async throws {
        let place = try Place()
        let rig = place.process.rig
        try rig.sql(
            """
            INSERT INTO schedule (concert_id, stage_id, starts_at, ends_at)
            SELECT concert_id, stage_id, now() + interval '1 day', now() + interval '26 hours' FROM schedule
            """)
        let start = WallClock.now.adding(.seconds(86_400))
        let answer = try await place.seller.send(.patch, place.path, json: ["startsAt": start.rfc3339])
        #expect(answer.code == "schedule-overlap")
    }

    @Test("its organizer ends a show and takes that back, and is told when that cannot be")
    func ends() async throws {
        let place = try Place()
        #expect(try await place.seller.send(.post, place.path + "/end").code == "invalid-state")
        #expect(try await place.seller.send(.post, place.path + "/reopen").code == "invalid-state")
        try await place.process.apply(.published, place.sale.schedule)
        #expect(Self.state(try await place.client.send(.get, place.path)) == "LIVE")
        #expect(Self.state(try await place.seller.send(.post, place.path + "/end")) == "ENDED")
        #expect(Self.state(try await place.seller.send(.post, place.path + "/end")) == "ENDED")
        #expect(Self.state(try await place.client.send(.get, place.path)) == "ENDED")
        #expect(
            try place.process.rig.sql("SELECT updated_by FROM live_show") == "member:\(place.sale.seller)")
        let again = try await place.seller.send(.post, place.path + "/reopen")
        #expect(Self.state(again) == "LIVE")
        #expect((again.json["live"] as? [String: Any])?["interrupted"] as? Bool == true)
        #expect(place.process.metrics.text.contains("podo_shows_total{became=\"ended\"} 1\n"))
        #expect(place.process.metrics.text.contains("podo_shows_live 1\n"))
    }

    @Test("how its stream does is told as far as it is known")
    func health() async throws {
        let place = try Place()
        let nobody = try await place.seller.send(.get, place.path + "/stream")
        #expect(nobody.json["publishing"] as? Bool == false && nobody.json["viewers"] as? Int == 0)
        var health = ShowHealth()
        (health.framesPerSecond, health.width, health.height) = (59.94, 1920, 1080)
        (health.codecs, health.lateKeyframeCount) = (["avc1.640028"], 3)
        place.process.streams.set(health, of: place.sale.schedule)
        let known = try await place.seller.send(.get, place.path + "/stream")
        let stream = try #require(known.json["stream"] as? [String: Any])
        #expect(known.json["publishing"] as? Bool == true && stream["height"] as? Int == 1080)
        #expect(stream["lateKeyframes"] as? Int == 3 && stream["codecs"] as? [String] == ["avc1.640028"])
    }
}

extension MetricsRegistry {
    fileprivate var text: String { String(decoding: self.prometheusText(), as: UTF8.self) }
}
