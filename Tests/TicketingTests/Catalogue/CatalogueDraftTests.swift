import HTTPServer
import Primitives
import Testing

@testable import Ticketing

@Suite("Drafts of the catalogue")
struct CatalogueDraftTests {
    private static func layout(_ change: (inout StageLayout) -> Void = { _ in }) -> StageLayout {
        var layout = StageLayout(rowCount: 6, columnCount: 5)
        change(&layout)
        return layout
    }

    @Test("what is wrong with a stage is told by its place")
    func stageFaults() {
        let layout = Self.layout {
            $0.sections = [
                .init(name: "A", rows: 1...7, columns: nil), .init(name: "A", rows: 2...3, columns: 5...6),
            ]
            $0.aisles = [2, 5]
            $0.rowAisles = [6, 5]
            $0.blocked = [.init(row: 6, column: 5), .init(row: 7, column: 1)]
        }
        #expect(
            layout.faults.map(\.pointer) == [
                "/sections/0/rows", "/sections/1/cols", "/sections/1/name", "/sections/1", "/aisles/1", "/rowAisles/0",
                "/blocked/1",
            ])
        #expect(Self.layout().faults.isEmpty)
    }

    private static func faults(_ grades: [GradeDraft], on layout: StageLayout?) -> [String] {
        do throws(JSONFieldErrors) {
            _ = try SeatPlan(grades, on: layout)
            return []
        } catch {
            return error.errors.map(\.pointer)
        }
    }

    private static func grade(_ places: GradeDraft.Places) -> GradeDraft {
        GradeDraft(name: "\(places)", price: 1000, places: places)
    }

    @Test("a place belongs to one grade at most, and to one that there is")
    func planFaults() {
        let layout = Self.layout {
            $0.sections = [.init(name: "A", rows: 1...2, columns: 1...2)]
            $0.blocked = [.init(row: 6, column: 1)]
        }
        #expect(Self.faults([Self.grade(.rows(1...3)), Self.grade(.rows(3...4))], on: layout) == ["/grades/1"])
        #expect(Self.faults([Self.grade(.rows(2...3)), Self.grade(.section("A"))], on: layout) == ["/grades/1"])
        #expect(Self.faults([Self.grade(.rows(3...7))], on: layout) == ["/grades/0/rows"])
        #expect(Self.faults([Self.grade(.section("B"))], on: layout) == ["/grades/0/section"])
        #expect(Self.faults([Self.grade(.rows(1...1)), Self.grade(.rows(2...2))], on: nil) == ["/stageId"])
        #expect(Self.faults([Self.grade(.online(SeatID.countMax)), Self.grade(.general(1))], on: nil) == ["/grades"])
        #expect(Self.faults([Self.grade(.rows(3...6)), Self.grade(.section("A"))], on: layout).isEmpty)
        let halves = Self.layout {
            $0.sections = [
                .init(name: "L", rows: 1...6, columns: 1...2), .init(name: "R", rows: 1...6, columns: 4...5),
            ]
            $0.blocked = (1...6).flatMap { row in [1, 2].map { .init(row: row, column: $0) } }
        }
        #expect(Self.faults([Self.grade(.sections(["L", "R"]))], on: halves).isEmpty)
        #expect(Self.faults([Self.grade(.sections(["L"]))], on: halves) == ["/grades/0"])
        #expect(Self.faults([Self.grade(.sections(["R", "X"]))], on: halves) == ["/grades/0/sections"])
        #expect(Self.faults([Self.grade(.sections(["R", "R"]))], on: halves) == ["/grades/0/sections"])
        #expect(
            Self.faults([Self.grade(.sections(["L", "R"])), Self.grade(.section("R"))], on: halves) == ["/grades/1"])
        let names = (0..<CatalogueLimits.sectionCountMax).map { "\($0)" }
        #expect(
            Self.faults([Self.grade(.sections(names)), Self.grade(.section("L"))], on: halves) == ["/grades"])
        let blocked = Self.layout { $0.blocked = (1...5).map { .init(row: 6, column: $0) } }
        #expect(Self.faults([Self.grade(.rows(6...6))], on: blocked) == ["/grades/0"])
    }

    @Test("seats are counted with those that are blocked")
    func seatCount() throws {
        let layout = Self.layout { $0.blocked = [.init(row: 1, column: 1)] }
        let plan = try SeatPlan(
            [Self.grade(.rows(1...2)), Self.grade(.general(7)), Self.grade(.online(3))], on: layout)
        #expect(plan.seatCount == 20)
    }

    @Test("refund rules never get cheaper towards the show")
    func refundRules() {
        func areInOrder(_ rules: (Int, Int)...) -> Bool {
            RefundRule.areInOrder(rules.map { RefundRule(daysBefore: $0.0, feeBasisPoints: $0.1) })
        }
        #expect(areInOrder() && areInOrder((10, 0), (7, 1000), (0, 9000)))
        #expect(!areInOrder((7, 0), (7, 0)) && !areInOrder((7, 1000), (10, 1000)) && !areInOrder((10, 100), (7, 0)))
    }

    @Test("a picture's size is read from its head")
    func pictureHead() throws {
        let png =
            [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13] + Array("IHDR".utf8)
            + [0, 0, 2, 88, 0, 0, 3, 32]
        let head = try #require(PictureHead(png))
        #expect(head.format == .png && head.width == 600 && head.height == 800)
        for count in 0..<png.count { #expect(PictureHead(Array(png.prefix(count))) == nil) }
        // A comment, a fill byte, a Huffman table, then the frame.
        let jpeg: [UInt8] =
            [0xff, 0xd8, 0xff, 0xfe, 0, 4, 1, 2, 0xff, 0xff, 0xc4, 0, 3, 9, 0xff, 0xc2, 0, 11, 8]
            + [3, 32, 2, 88, 3, 1, 1, 1]
        let frame = try #require(PictureHead(jpeg))
        #expect(frame.format == .jpeg && frame.width == 600 && frame.height == 800)
        for count in 0..<23 { #expect(PictureHead(Array(jpeg.prefix(count))) == nil) }
        #expect(PictureHead(Array("GIF89a…………………………".utf8)) == nil)
        #expect(PictureHead([0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 1, 1, 1, 1, 1, 1, 1]) == nil)
    }
}
