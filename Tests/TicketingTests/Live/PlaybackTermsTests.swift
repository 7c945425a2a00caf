import Commerce
import Foundation
import HTTPServer
import Postgres
import Primitives
import Testing

@testable import Ticketing

@Suite("What tickets let people watch")
struct PlaybackTermsTests {
    @Test("grades and windows are kept as they were described, and shown")
    func described() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert(
            nil,
            [
                "grades": [
                    ["name": "VIP", "price": 99_000, "rows": [1, 2]],
                    [
                        "name": "R", "price": 66_000, "rows": [3, 5],
                        "playback": ["maxHeight": 720, "replay": false, "devices": 3],
                    ],
                ],
                "schedules": [
                    ["startsAt": "2040-12-24T10:00:00Z", "doorsOpenMinutesBefore": 60, "replayHours": 24],
                    ["startsAt": "2040-12-25T10:00:00Z", "replayUntil": "2040-12-26T00:00:00Z"],
                    ["startsAt": "2040-12-26T10:00:00Z"],
                ],
            ])
        let answer = try await rig.client.send(.get, made.path)
        let shown = try #require(answer.json["grades"] as? [[String: Any]])
        let grades = shown.compactMap { $0["playback"] as? [String: Any] }
        #expect(grades.map { $0["maxHeight"] as? Int } == [nil, 720])
        #expect(grades.map { $0["replay"] as? Bool } == [true, false])
        #expect(grades.map { $0["devices"] as? Int } == [1, 3])
        let schedules = try #require(answer.json["schedules"] as? [[String: Any]])
        #expect(
            schedules.map { $0["doorsOpenAt"] as? String } == [
                "2040-12-24T09:00:00.000Z", "2040-12-25T09:30:00.000Z", "2040-12-26T09:30:00.000Z",
            ])
        #expect(
            schedules.map { $0["replayUntil"] as? String } == [
                "2040-12-25T12:00:00.000Z", "2040-12-26T00:00:00.000Z", nil,
            ])
        let states = schedules.map { ($0["live"] as? [String: Any])?["state"] as? String }
        #expect(states == ["SCHEDULED", "SCHEDULED", "SCHEDULED"])
    }

    @Test("what no grade and no window can be is refused where it stands")
    func refused() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let stage = try await rig.stage(seller)
        let start = "2040-12-24T10:00:00Z"
        func pointers(_ changes: [String: Any]) async throws -> [String] {
            try await seller.send(.post, "/api/v1/concert", json: CatalogueRig.concert(stage: stage, changes)).pointers
        }
        func grade(_ playback: [String: Any]) -> [String: Any] {
            ["grades": [["name": "R", "price": 1, "rows": [1, 2], "playback": playback] as [String: Any]]]
        }
        #expect(try await pointers(grade(["maxHeight": 143])) == ["/grades/0/playback/maxHeight"])
        #expect(try await pointers(grade(["replay": "yes"])) == ["/grades/0/playback/replay"])
        for count in [0, 5] {
            #expect(try await pointers(grade(["devices": count])) == ["/grades/0/playback/devices"])
        }
        let long: [String: Any] = ["startsAt": start, "replayHours": 2161]
        #expect(try await pointers(["schedules": [long]]) == ["/schedules/0/replayHours"])
        let late: [String: Any] = ["startsAt": "2040-12-26T10:00:00Z", "replayUntil": "2042-01-01T00:00:00Z"]
        #expect(try await pointers(["schedules": [["startsAt": start], late]]) == ["/schedules/1/replayUntil"])
        let closed: [String: Any] = ["startsAt": start, "doorsOpenMinutesBefore": -1]
        #expect(try await pointers(["schedules": [closed]]) == ["/schedules/0/doorsOpenMinutesBefore"])
    }

    private static func sold() async throws -> (LiveRig, TicketingRig.Sale, owner: Int64, tickets: [Int64]) {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 2, columns: 10)
        let owner = try rig.member()
        let id = try await process.held(sale, owner, [0, 10])
        let tickets = try #require(try await process.confirm(id))
        return (LiveRig(rig), sale, owner, tickets)
    }

    @Test("terms are those of the ticket's grade and schedule, for its owner alone")
    func terms() async throws {
        let (process, sale, owner, tickets) = try await Self.sold()
        let rig = process.rig
        try rig.sql(
            """
            UPDATE schedule SET starts_at = '2040-01-01 10:00Z', ends_at = '2040-01-01 12:00Z',
                replay_until = '2040-01-08 12:00Z', doors_minutes = 15;
            UPDATE grade SET play_height_max = 480, play_replay = false, play_devices = 4 WHERE id = \(sale.grades[1])
            """)
        func playable(_ ticket: Int64, _ owner: Int64) async throws -> PlayableTicket? {
            try await rig.onLoop {
                try await rig.database.transaction("test") {
                    try await PlayableTicket.find(ticket, owner: owner, in: $0)
                }
            }
        }
        let best = try #require(try await playable(tickets[0], owner))
        func time(_ text: String) throws -> WallClock { try #require(TimeText.parse(text)) }
        #expect(
            best.terms
                == PlaybackTerms(
                    opensAt: try time("2040-01-01T09:45:00Z"), closesAt: try time("2040-01-08T12:00:00Z"),
                    maxHeight: nil, hasReplay: true, deviceCount: 1))
        #expect(best.schedule == sale.schedule && best.concert == sale.concert && best.status == "ISSUED")
        #expect(best.epoch == 1 && best.owner == owner && best.live == LiveStatus() && !best.isCanceled)
        let cheap = try #require(try await playable(tickets[1], owner))
        #expect(
            cheap.terms
                == PlaybackTerms(
                    opensAt: try time("2040-01-01T09:45:00Z"), closesAt: try time("2040-01-01T15:00:00Z"),
                    maxHeight: 480, hasReplay: false, deviceCount: 4))
        #expect(try await playable(tickets[0], owner + 1) == nil)
        #expect(try await playable(999_999, owner) == nil)
        try rig.sql("UPDATE schedule SET replay_until = NULL")
        // The grade's word: whether there is a replay may change while somebody watches.
        let without = try #require(try await playable(tickets[0], owner)).terms
        #expect(without.hasReplay && without.closesAt == cheap.terms.closesAt)
    }

    @Test("tickets say when their show can be seen, and how far it is")
    func answers() async throws {
        let (process, sale, owner, tickets) = try await Self.sold()
        try process.rig.moveNow(sale.schedule)
        try process.rig.sql(
            """
            UPDATE schedule SET replay_until = ends_at + interval '1 day';
            UPDATE grade SET play_height_max = 480, play_replay = false WHERE id = \(sale.grades[1])
            """)
        let seller = ReservationRig(process.rig)
        let client = try seller.client().as(owner)
        let before = try await client.send(.get, "/api/v1/ticket/\(tickets[0])")
        #expect((before.json["live"] as? [String: Any])?["state"] as? String == "SCHEDULED")
        #expect(before.json["replayUntil"] is String && before.json["maxHeight"] is NSNull)
        try await process.apply(.published, sale.schedule)
        let live = try await client.send(.get, "/api/v1/ticket/\(tickets[1])")
        #expect((live.json["live"] as? [String: Any])?["state"] as? String == "LIVE")
        #expect(live.json["replayUntil"] is NSNull && live.json["maxHeight"] as? Int == 480)
        try await process.apply(.stopped, sale.schedule)
        let list = try await client.send(.get, "/api/v1/ticket")
        let states = (list.json["items"] as? [[String: Any]] ?? []).compactMap { $0["live"] as? [String: Any] }
        #expect(states.map { $0["interrupted"] as? Bool } == [true, true])
    }
}
