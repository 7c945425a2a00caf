import Crypto
import Foundation
import HTTPServer
import Postgres
import Primitives
import Testing

@testable import Ticketing

/// A door: it knows the public key, and what the API's description says of codes.
private struct Door {
    let key: Ed25519PublicKey

    struct Entry: Equatable {
        let keyNumber: UInt8
        let ticket: UInt64
        let seat: UInt64
        let epoch: UInt64
        let seconds: UInt64
    }

    func read(_ text: String) -> Entry? {
        guard text.hasPrefix("P1:"), let bytes = Base64URL.decode(text.dropFirst(3).utf8), bytes.count == 89 else {
            return nil
        }
        let (payload, signature) = (Array(bytes.prefix(25)), Array(bytes.suffix(64)))
        guard self.key.isSignature(signature, of: Array("P1:".utf8) + payload) else { return nil }
        func number(_ range: Range<Int>) -> UInt64 { payload[range].reduce(0) { $0 << 8 | UInt64($1) } }
        return Entry(
            keyNumber: payload[0], ticket: number(1..<9), seat: number(9..<17), epoch: number(17..<21),
            seconds: number(21..<25))
    }
}

@Suite("What a door reads", .timeLimit(.minutes(5)))
struct TicketSignerTests {
    private static func ticket(epoch: Int64 = 1) throws -> Ticket {
        Ticket(
            id: 5, reservation: 17, seat: try #require(SeatID(schedule: 3, number: 41)), status: "ISSUED", code: "c",
            issuedAt: WallClock(unixMilliseconds: 0), epoch: epoch, concert: 2, concertName: "n",
            startsAt: WallClock(unixMilliseconds: 0), grade: "VIP", section: nil, row: 1, column: 2,
            endsAt: WallClock(unixMilliseconds: 0), doorsOpenAt: WallClock(unixMilliseconds: 0), replayUntil: nil,
            heightMax: nil, live: LiveStatus(), timeZone: "Asia/Seoul", isReceived: false)
    }

    private static func door() throws -> Door {
        Door(key: try #require(Ed25519PublicKey(ReservationRig.signer.publicKeys[0].bytes)))
    }

    @Test("says which ticket, of which owner, and when; and changes every half a minute")
    func proof() throws {
        let door = try Self.door()
        let now = WallClock(unixMilliseconds: 1_795_910_417_500)
        let proof = ReservationRig.signer.proof(of: try Self.ticket(), now: now)
        let entry = Door.Entry(
            keyNumber: 3, ticket: 5, seat: 3 << 20 | 41, epoch: 1, seconds: 1_795_910_400)
        #expect(door.read(proof.text) == entry)
        #expect(proof.until == WallClock(unixMilliseconds: 1_795_910_490_000))
        #expect(proof.text.utf8.count == 122)
        func text(_ seconds: Int64, _ epoch: Int64 = 1) throws -> String {
            let time = WallClock(unixMilliseconds: now.unixMilliseconds + seconds * 1000)
            return ReservationRig.signer.proof(of: try Self.ticket(epoch: epoch), now: time).text
        }
        #expect(try text(12) == proof.text)
        #expect(try text(13) != proof.text)
        #expect(try text(0, 2) != proof.text)
    }

    @Test("is nothing when a bit of it is another, or when somebody else signed it")
    func forged() throws {
        let door = try Self.door()
        let text = ReservationRig.signer.proof(of: try Self.ticket(), now: .now).text
        let bytes = try #require(Base64URL.decode(text.dropFirst(3).utf8))
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            #expect(door.read("P1:" + Base64URL.string(changed)) == nil)
        }
        let other = TicketSigner(keys: [(number: 3, key: .random())])
        #expect(door.read(other.proof(of: try Self.ticket(), now: .now).text) == nil)
    }

    @Test("is a picture for the owner alone, as long as the ticket is good, and the key is for all")
    func routes() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale()
        let members = try rig.members(2)
        let id = try await process.held(sale, members[0], [0])
        let ticket = try #require(try await process.confirm(id)?.first)
        let client = try process.client()
        let path = "/api/v1/ticket/\(ticket)/qr"
        let picture = try await client.as(members[0]).send(.get, path)
        #expect(picture.status == 200 && picture["content-type"] == "image/svg+xml")
        #expect(picture["cache-control"] == "no-store")
        #expect(picture.text.hasPrefix("<svg") && picture.text.contains(" 53 53"))
        #expect(try await client.as(members[1]).send(.get, path).status == 404)
        #expect(try await client.anonymous.send(.get, path).status == 401)
        let keys = try await client.anonymous.send(.get, "/api/v1/ticket-key")
        let key = try #require((keys.json["keys"] as? [[String: Any]])?.first)
        #expect(key["keyId"] as? Int == 3 && key["algorithm"] as? String == "Ed25519")
        let text = try #require(key["publicKey"] as? String)
        let bytes = try #require(Base64URL.decode(text.utf8))
        let shown = try await client.as(members[0]).send(.get, "/api/v1/ticket/\(ticket)")
        let door = Door(key: try #require(Ed25519PublicKey(bytes)))
        let qr = try #require(shown.json["qr"] as? String)
        #expect(door.read(qr)?.ticket == UInt64(ticket))
        _ = try await process.pay { try await $0.cancel(id, seats: [sale.seat(0).value], reason: "USER", in: $1) }
        let void = try await client.as(members[0]).send(.get, path)
        #expect(void.status == 409 && void.code == "invalid-state")
    }
}
