import Primitives
import Testing

@testable import Auth

struct StreamKeyTableTests {
    private func entry(_ stream: String, _ byte: UInt8, from: Int64 = 0, until: Int64 = 1000) -> StreamKeyEntry {
        StreamKeyEntry(
            stream: stream, hash: [UInt8](repeating: byte, count: 32), validFrom: WallClock(unixMilliseconds: from),
            validUntil: WallClock(unixMilliseconds: until))
    }

    private func find(_ table: StreamKeyTable, _ byte: UInt8, at time: Int64) -> StreamKeyTable.Answer {
        table.find(hash: [UInt8](repeating: byte, count: 32), now: WallClock(unixMilliseconds: time))
    }

    @Test
    func `a key opens its stream in its time alone`() {
        var table = StreamKeyTable()
        table.replace(with: [self.entry("main", 1, from: 100, until: 200)])
        #expect(self.find(table, 1, at: 99) == .tooEarly(opensAt: WallClock(unixMilliseconds: 100)))
        #expect(self.find(table, 1, at: 100).stream == "main")
        #expect(self.find(table, 1, at: 199).stream == "main")
        #expect(self.find(table, 1, at: 200) == .over)
        #expect(self.find(table, 2, at: 150) == .unknown)
    }

    @Test
    func `a rotated key takes the place of the one before`() {
        var table = StreamKeyTable()
        table.replace(with: [self.entry("main", 1), self.entry("other", 3)])
        table.update("main", self.entry("main", 2))
        #expect(self.find(table, 1, at: 1) == .unknown)
        #expect(self.find(table, 2, at: 1).stream == "main")
        #expect(self.find(table, 3, at: 1).stream == "other")
        table.update("main", nil)
        #expect(self.find(table, 2, at: 1) == .unknown)
        #expect(table.count == 1)
    }

    @Test
    func `what is replaced is forgotten`() {
        var table = StreamKeyTable()
        table.replace(with: [self.entry("main", 1)])
        table.replace(with: [self.entry("other", 2)])
        #expect(self.find(table, 1, at: 1) == .unknown)
        #expect(self.find(table, 2, at: 1).stream == "other")
    }
}
