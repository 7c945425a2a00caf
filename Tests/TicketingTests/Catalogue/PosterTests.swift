import HTTPServer
import Testing

@testable import Ticketing

@Suite("Posters")
struct PosterTests {
    private static func png(_ width: UInt16, _ height: UInt16, _ rest: [UInt8] = [1, 2, 3, 4]) -> [UInt8] {
        [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13] + Array("IHDR".utf8)
            + [0, 0, UInt8(width >> 8), UInt8(width & 255), 0, 0, UInt8(height >> 8), UInt8(height & 255)] + rest
    }

    @Test("a poster is written anew, shown to all, and not sent again to whoever has it")
    func life() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        #expect(try await rig.client.send(.get, made.path + "/poster").status == 404)
        let put = try await made.seller.send(
            .post, made.path + "/poster", body: Self.png(600, 800), fields: [("content-type", "image/png")])
        #expect(put.status == 201, "\(put.text)")
        let path = try #require(put.json["posterUrl"] as? String)
        let seen = try await rig.client.send(.get, path)
        #expect(seen.status == 200 && seen["content-type"] == "image/jpeg" && seen.body == [0xff, 0xd8, 1, 2, 3, 4])
        #expect(seen["cache-control"] == "public, max-age=60")
        let tag = try #require(seen["etag"])
        #expect(try await rig.client.send(.get, path, fields: [("if-none-match", tag)]).status == 304)
        #expect(try await rig.client.send(.get, made.path).json["posterUrl"] as? String == path)
        let again = try await made.seller.send(.post, made.path + "/poster", body: Self.png(600, 800, [9, 9, 9, 9]))
        #expect(again.json["posterUrl"] as? String != path)
        #expect(try await rig.client.send(.get, path, fields: [("if-none-match", tag)]).status == 200)
        #expect(try rig.rig.sql("SELECT count(*), min(width), min(height) FROM concert_poster") == "1|600|800")
    }

    @Test("what is no picture, too large or broken is not even decoded, or not kept")
    func refusals() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        func put(_ bytes: [UInt8], _ client: TicketingClient? = nil) async throws -> (Int, String?) {
            let answer = try await (client ?? made.seller).send(.post, made.path + "/poster", body: bytes)
            return (answer.status, answer.code)
        }
        #expect(try await put(Array("<svg onload=alert(1)>".utf8)) == (415, "content-type-not-picture"))
        #expect(try await put([]) == (415, "content-type-not-picture"))
        #expect(try await put(Self.png(12_001, 100)) == (422, "picture-size"))
        #expect(try await put(Self.png(6000, 6000)) == (422, "picture-size"))
        #expect(try await put(Self.png(63, 600)) == (422, "picture-size"))
        #expect(try await put(Self.png(600, 800), try rig.seller()).0 == 403)
        #expect(try await put(Array(repeating: 0, count: CatalogueLimits.posterByteCountMax + 1)).0 == 413)
        #expect(rig.encoder.count == 0)
        rig.encoder.breakDown()
        #expect(try await put(Self.png(600, 800)) == (422, "picture-unreadable"))
        #expect(try rig.rig.number("SELECT count(*) FROM concert_poster") == 0)
    }

    @Test("the poster of a draft is its team's alone")
    func draft() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert(nil, ["draft": true])
        #expect(try await made.seller.send(.post, made.path + "/poster", body: Self.png(600, 800)).status == 201)
        #expect(try await rig.client.send(.get, made.path + "/poster").status == 404)
        #expect(try await rig.seller().send(.get, made.path + "/poster").status == 404)
        let own = try await made.seller.send(.get, made.path + "/poster")
        #expect(own.status == 200 && own["cache-control"] == "private, no-store")
    }
}
