import HTTPServer
import Testing

private enum Accent: String, CaseIterable { case composed = "\u{e9}" }

private enum Grade: String, CaseIterable { case vip, standing }

private struct Seat: JSONDecodable, Equatable {
    let row: Int64
    let grade: Grade

    init(row: Int64, grade: Grade) {
        self.row = row
        self.grade = grade
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let row = json.integer("row", in: 1...50)
        let grade = json.choice("grade", of: Grade.self)
        guard let row, let grade else { throw json.failure }
        self.row = row
        self.grade = grade
    }
}

private struct Order: JSONDecodable, Equatable {
    let name: String
    let note: String?
    let seats: [Seat]
    let price: Double
    let isGift: Bool

    init(name: String, note: String?, seats: [Seat], price: Double, isGift: Bool) {
        self.name = name
        self.note = note
        self.seats = seats
        self.price = price
        self.isGift = isGift
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let name = json.string("name", lengthMax: 5)
        let note = json.string("note", lengthMax: 5, isRequired: false)
        let seats = json.array("seats", of: Seat.self, countMax: 2)
        let price = json.number("price")
        let isGift = json.boolean("isGift", isRequired: false) ?? false
        guard let name, let seats, let price else { throw json.failure }
        self.init(name: name, note: note, seats: seats, price: price, isGift: isGift)
    }
}

@Suite("Typed JSON input") struct JSONDecodingTests {
    private func decode(_ text: String, type: String? = "application/json") throws(HTTPProblem) -> Order {
        let fields = type.map { [("content-type", $0)] } ?? []
        guard let request = try? HTTPTestDriver.request(.post, "/", fields: fields, body: Array(text.utf8)) else {
            throw .internalError
        }
        return try request.decodeJSON(Order.self)
    }

    private static let good = #"{"name":"Kim","seats":[{"row":3,"grade":"vip"}],"price":99000,"unknown":1}"#

    @Test("a choice is met byte for byte, not by text that looks the same")
    func choicesAreBytes() {
        let reader = JSONObjectReader([JSONName("one"): .string("\u{e9}"), JSONName("other"): .string("e\u{301}")])
        #expect(reader.choice("one", of: Accent.self) == .composed)
        #expect(reader.choice("other", of: Accent.self) == nil)
        #expect(reader.errors.map(\.pointer) == ["/other"])
    }

    @Test("an object in order is taken, unknown names are passed over")
    func takes() throws {
        let order = try self.decode(Self.good)
        #expect(
            order == Order(name: "Kim", note: nil, seats: [Seat(row: 3, grade: .vip)], price: 99000, isGift: false))
    }

    @Test("every wrong field is named in one answer")
    func names() {
        do throws(HTTPProblem) {
            _ = try self.decode(
                #"{"name":"Kimchi","note":7,"seats":[{"row":0,"grade":"x"},{"grade":"vip"}],"isGift":"no"}"#)
            Issue.record("was taken")
        } catch {
            #expect(error.status == .badRequest && error.code.description == "invalid-request")
            #expect(
                error.fieldErrors.map { "\($0.pointer) \($0.code)" } == [
                    "/name too-long", "/note wrong-type", "/seats/0/row out-of-range", "/seats/0/grade not-a-choice",
                    "/seats/1/row required", "/price required", "/isGift wrong-type",
                ])
        }
    }

    @Test(
        "an optional field that is wrong is refused all the same",
        arguments: [
            (#"{"name":"Kim","seats":[],"price":1,"note":7}"#, "note"),
            (#"{"name":"Kim","seats":[],"price":1,"isGift":0}"#, "isGift"),
            (#"{"name":"Kim","seats":[],"price":"1"}"#, "price"),
            (#"{"name":"Kim","seats":[],"price":9007199254740993}"#, "price"),
            (#"{"name":"Kim","seats":[1],"price":1}"#, "seats/0"),
            (#"{"name":"Kim","seats":[{},{},{}],"price":1}"#, "seats"),
            (#"{"name":"e\u0301\u0301\u0301\u0301\u0301","seats":[],"price":1}"#, "name"),
            (#"{"name":null,"seats":[],"price":1}"#, "name"),
        ])
    func optional(text: String, field: String) {
        do throws(HTTPProblem) {
            _ = try self.decode(text)
            Issue.record("was taken")
        } catch {
            #expect(error.fieldErrors.map(\.pointer) == ["/" + field])
        }
    }

    @Test(
        "bodies that are not called JSON, or are none, are refused with their own status",
        arguments: [
            ("text/plain", Self.good, 415), (nil, Self.good, 415), ("application/json; charset=latin1", Self.good, 415),
            ("application/jsonx", Self.good, 415), ("application/json", "{", 400), ("application/json", "[]", 400),
            ("application/json", "", 400),
        ] as [(String?, String, Int)])
    func statuses(type: String?, text: String, status: Int) {
        do throws(HTTPProblem) {
            _ = try self.decode(text, type: type)
            Issue.record("was taken")
        } catch {
            #expect(error.status.code == status)
        }
    }

    @Test(
        "JSON is known by several names",
        arguments: ["application/json", "Application/JSON; charset=UTF-8", "application/merge-patch+json"])
    func types(type: String) throws { #expect(try self.decode(Self.good, type: type).name == "Kim") }
}
