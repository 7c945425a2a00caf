import Commerce
import Crypto
import HTTPServer
import Primitives
import Testing

@Suite("Pages of a list")
struct PageTests {
    private func json(_ value: some JSONEncodable) -> String {
        var writer = JSONWriter()
        value.encode(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("are told with where they go on, and null at the end")
    func answer() throws {
        let cursor: (Int) -> PageCursor = { PageCursor("numbers", .number(Int64($0))) }
        let first = Page([1, 2, 3], limit: 2, cursor: cursor)
        #expect(first.items == [1, 2])
        let text = try #require(first.next?.text)
        #expect(self.json(first) == #"{"items":[1,2],"nextCursor":""# + text + #""}"#)
        #expect(try PageCursor(text, of: "numbers").number(0) == 2)
        #expect(self.json(Page([1, 2], limit: 2, cursor: cursor)) == #"{"items":[1,2],"nextCursor":null}"#)
        #expect(self.json(Page([Int](), limit: 2, cursor: cursor)) == #"{"items":[],"nextCursor":null}"#)
    }

    @Test("a cursor comes back with its values")
    func roundTrip() throws {
        let cursor = PageCursor("concerts", .number(.min), .text("아이유 콘서트"), .number(-1))
        let read = try PageCursor(cursor.text, of: "concerts")
        #expect(read == cursor)
        #expect(try read.number(0) == .min)
        #expect(try read.text(1) == "아이유 콘서트")
        #expect(try read.number(2) == -1)
        #expect(
            cursor.text.utf8.allSatisfy { Base64URL.decode([$0, UInt8(ascii: "A")]) != nil || $0 == 95 || $0 == 45 })
        #expect(throws: HTTPProblem.self) { try read.number(1) }
        #expect(throws: HTTPProblem.self) { try read.text(0) }
        #expect(throws: HTTPProblem.self) { try read.number(3) }
        #expect(throws: HTTPProblem.self) { try read.text(-1) }
    }

    @Test("a cursor that no page has told is refused, whatever was done to it")
    func refused() throws {
        let good = PageCursor("concerts", .number(7), .text("가나다"))
        let text = good.text
        for index in text.indices {
            var changed = text
            changed.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
            #expect(throws: HTTPProblem.self) { try PageCursor(changed, of: "concerts") }
            #expect(throws: HTTPProblem.self) { try PageCursor(String(text[..<index]), of: "concerts") }
        }
        for wrong in [text + "A", "", "=", "%%%", String(repeating: "A", count: 10_000)] {
            let problem = #expect(throws: HTTPProblem.self) { try PageCursor(wrong, of: "concerts") }
            #expect(problem?.code.description == "invalid-cursor")
            #expect(problem?.status == .badRequest)
        }
        #expect(throws: HTTPProblem.self) { try PageCursor(text, of: "members") }
    }

    @Test("a cursor with a right check over wrong values is refused")
    func malformed() {
        let number: [UInt8] = [UInt8(ascii: "n"), 0, 0, 0, 0, 0, 0, 0, 1]
        let wrong: [[UInt8]] = [
            [], [0], [UInt8(ascii: "n"), 1], [UInt8(ascii: "t"), 0], [UInt8(ascii: "t"), 0, 2, 65],
            [UInt8(ascii: "t"), 0, 1, 0xFF], [UInt8(ascii: "t"), 0xFF, 0xFF, 65], number + number + number + number,
        ]
        for bytes in wrong {
            let check = SHA256.hash(Array("list".utf8) + [0] + bytes).prefix(6)
            #expect(throws: HTTPProblem.self) { try PageCursor(Base64URL.string(check + bytes), of: "list") }
        }
    }

    @Test("a text that is too long is cut between two characters")
    func long() throws {
        let cursor = PageCursor(
            "list", .text(String(repeating: "가", count: 1000)), .text(String(repeating: "a", count: 1000)),
            .text(String(repeating: "😀", count: 1000)))
        let read = try PageCursor(cursor.text, of: "list")
        #expect(try read.text(0) == String(repeating: "가", count: PageCursor.textByteCountMax / 3))
        #expect(try read.text(1).utf8.count == PageCursor.textByteCountMax)
        #expect(try read.text(2).utf8.count == PageCursor.textByteCountMax)
    }

    @Test("are asked for by limit and cursor")
    func request() throws {
        func ask(_ query: String) throws -> PageRequest {
            try PageRequest(HTTPQuery(Array(query.utf8)[...]), of: "list")
        }
        #expect(try ask("").limit == 20)
        #expect(try ask("").cursor == nil)
        let cursor = PageCursor("list", .number(9))
        #expect(try ask("limit=100&cursor=\(cursor.text)").cursor == cursor)
        #expect(try ask("limit=100").limit == 100)
        #expect(try ask("limit=1").limit == 1)
        for wrong in ["0", "101", "-1", "x", "", "1.5", "99999999999999999999", "1&limit=2"] {
            let problem = #expect(throws: HTTPProblem.self) { try ask("limit=" + wrong) }
            #expect(problem?.code.description == "invalid-request", "\(wrong)")
        }
        #expect(throws: HTTPProblem.self) { try ask("cursor=x") }
    }
}
