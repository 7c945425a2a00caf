import HTTPServer
import Testing

private enum Grade: String, CaseIterable { case vip, standing }

private struct Seat: JSONDecodable {
    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let row = json.integer("row", in: 1...50, about: "From the stage.")
        let grade = json.choice("grade", of: Grade.self)
        guard row != nil, grade != nil else { throw json.failure }
    }
}

private struct Order: JSONDecodable {
    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let name = json.string("name", lengthMin: 2, lengthMax: 5)
        _ = json.string("mail", lengthMax: 254, format: "email", isRequired: false)
        let seats = json.array("seats", of: Seat.self, countMax: 2)
        let numbers = json.integers("numbers", in: 0...9, countMax: 3, isRequired: false)
        let first = json.object("first", Seat.self, isRequired: false)
        let price = json.number("price")
        guard name != nil, seats != nil, price != nil else { throw json.failure }
        // Read only when all the others are there.
        if numbers != nil, first != nil { _ = json.boolean("isGift") }
    }
}

/// Holds itself.
private struct Comment: JSONDecodable {
    static let schemaName = "Remark"

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let text = json.string("text", lengthMax: 100)
        _ = json.array("answers", of: Comment.self, countMax: 3, isRequired: false)
        guard text != nil else { throw json.failure }
    }
}

private struct Shown: JSONEncodable {
    var name: String?
    var status = "live"

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", 7)
            if let name = self.name { writer.member("name", name) }
            writer.member("endedAt", nil as String?)
            writer.name("items" as StaticString)
            writer.array { writer in writer.object { $0.member("status", self.status) } }
        }
    }
}

@Suite("Schemas of JSON") struct JSONSchemaTests {
    private func text(_ value: some JSONEncodable) -> String {
        var writer = JSONWriter()
        value.encode(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("a decoder is asked what it takes, down to what it looks at only when other fields are there")
    func ofDecoder() {
        let members: [String] = [
            #""name":{"type":"string","minLength":2,"maxLength":5}"#,
            #""mail":{"type":["string","null"],"maxLength":254,"format":"email"}"#,
            ##""seats":{"type":"array","items":{"$ref":"#/components/schemas/Seat"},"maxItems":2}"##,
            #""numbers":{"type":["array","null"],"items":{"type":"integer","minimum":0,"maximum":9},"maxItems":3}"#,
            ##""first":{"anyOf":[{"$ref":"#/components/schemas/Seat"},{"type":"null"}]}"##,
            #""price":{"type":"number"}"#,
            #""isGift":{"type":"boolean"}"#,
        ]
        #expect(
            self.text(Order.schema.resolved) == #"{"type":"object","properties":{"# + members.joined(separator: ",")
                + #"},"required":["name","seats","price","isGift"]}"#)
        #expect(self.text(Order.schema) == ##"{"$ref":"#/components/schemas/Order"}"##)
    }

    @Test("what a decoder holds has a schema with a name of its own")
    func ofWithin() {
        guard case .object(let members) = Order.schema.resolved.kind, case .array(let seat, 2) = members[2].schema.kind
        else {
            Issue.record("no seats")
            return
        }
        let row = #""row":{"type":"integer","minimum":1,"maximum":50,"description":"From the stage."}"#
        let grade = #""grade":{"type":"string","enum":["vip","standing"]}"#
        #expect(
            self.text(seat.resolved)
                == #"{"type":"object","properties":{"# + row + "," + grade + #"},"required":["row","grade"]}"#)
    }

    @Test("a type that holds itself is referred to by its name, which may be another than that of the type")
    func ofItself() {
        #expect(self.text(Comment.schema) == ##"{"$ref":"#/components/schemas/Remark"}"##)
        #expect(self.text(Comment.schema.resolved).contains(##""items":{"$ref":"#/components/schemas/Remark"}"##))
    }

    @Test("the example that is made of a schema is taken by the decoder that the schema is of")
    func example() throws {
        var request = try HTTPTestDriver.request(.post, "/", fields: [("content-type", "application/json")])
        request.body = Array(self.text(Order.schema.example).utf8)
        _ = try request.decodeJSON(Order.self)
        #expect(self.text(Order.schema.example).contains(#""mail":"kim@example.com","name":"text""#))
    }

    @Test("a text that is too short is refused")
    func lengthMin() {
        let reader = JSONObjectReader([JSONName("name"): .string("a")])
        #expect(reader.string("name", lengthMin: 2, lengthMax: 5) == nil)
        #expect(reader.errors.map { "\($0.pointer) \($0.code)" } == ["/name too-short"])
    }

    @Test("what an encoder writes is seen from examples: what some lack is not required, what is null may be")
    func ofEncoder() {
        let examples = [Shown(name: "Kim"), Shown()]
        let answer = HTTPAnswerDescription(.ok, "One", examples: examples) { schema in
            schema.refining("items[].status", .choice(["live", "over"])).refining("endedAt", .string(), about: "When.")
                .refining("nothing[].there", .boolean)
        }
        let members: [String] = [
            #""endedAt":{"type":["string","null"],"description":"When."}"#, #""id":{"type":"integer"}"#,
            #""items":{"type":"array","items":{"type":"object","properties":{"status":{"type":"string","enum":["#
                + #""live","over"]}},"required":["status"]}}"#,
            #""name":{"type":"string"}"#,
        ]
        #expect(
            answer.schema.map(self.text) == #"{"type":"object","properties":{"# + members.joined(separator: ",")
                + #"},"required":["endedAt","id","items"]}"#)
    }

    @Test(
        "examples of different kinds have in common what there is",
        arguments: [
            ([.integer(1), .number(1.5)], JSONSchema(.number)),
            ([.integer(1), .string("a")], JSONSchema(.any)),
            ([.null, .boolean(true)], JSONSchema(.boolean, isNullable: true)),
            ([.null], JSONSchema(.any, isNullable: true)), ([], JSONSchema(.any)),
            ([.array([.integer(1)]), .array([])], JSONSchema(.array(of: JSONSchema(.integer())))),
        ] as [([JSONValue], JSONSchema)])
    func merged(examples: [JSONValue], schema: JSONSchema) { #expect(JSONSchema(of: examples) == schema) }
}
