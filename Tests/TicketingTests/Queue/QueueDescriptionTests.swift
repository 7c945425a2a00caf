import HTTPServer
import Testing

@testable import Ticketing

@Suite("The description of the queue's routes")
struct QueueDescriptionTests {
    @Test("has every route, with and without the prefix as the API has them, and who may call it")
    func routes() {
        let routes = QueueRoutes.table.map(\.unbound)
        let lines = routes.map { "\($0.method.name) \($0.path) \($0.access.map { "\($0)" } ?? "?")" }
        #expect(
            Set(lines) == [
                "POST /api/v1/concert/{id}/queue member", "POST /concert/{id}/queue member",
                "GET /api/v1/concert/{id}/queue/status member", "GET /concert/{id}/queue/status member",
                "DELETE /api/v1/concert/{id}/queue member", "PATCH /api/v1/concert/{id}/queue member",
                "GET /api/v1/concert/{id}/queue/watermark anyone",
            ])
        #expect(lines.count == 7)
    }

    @Test("names the fields that the API promises")
    func fields() throws {
        func names(_ value: some JSONEncodable) throws -> Set<String> {
            var writer = JSONWriter()
            value.encode(to: &writer)
            guard case .object(let members) = try JSONParser.parse(writer.bytes) else { return [] }
            return Set(members.keys.map { $0.text })
        }
        for example in QueueAnswer.examples {
            let promised: Set = ["status", "position", "ahead", "etaSeconds", "paused", "pollAfterMs", "queueTicket"]
            #expect(try names(example).isSuperset(of: promised))
        }
        #expect(try names(QueueAnswer.examples[2]).contains("queuePass"))
    }
}
