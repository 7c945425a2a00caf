import Glibc
import Primitives
import Reactor
import Testing

@testable import HLSPackager

@Suite("Recording: playlists of a show that grows")
struct RecordedShowTests {
    private let show: RecordedShow

    init() {
        let index = ShowIndex(stream: "show", targetDurationSeconds: 4, limits: RecordingLimits())
        self.show = RecordedShow(index, media: OwnedDescriptor(open("/dev/null", O_RDONLY)))
        #expect(self.show.apply([.initialisation(.main, number: 5, 0..<10)]))
        for sequence in 1...30 { self.add(sequence) }
    }

    private func add(_ sequence: Int) {
        let range = sequence * 10..<sequence * 10 + 10
        #expect(self.show.apply([.segment(.main, JournalTests.segment(sequence, range))]))
    }

    private func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    /// How many segments it lists, and whether it is compressed.
    private func ask(_ seconds: Int64) throws -> (count: Int, isCompressed: Bool) {
        let found = self.show.playlist(
            .main, .event, now: self.time(seconds), wantedSince: self.time(seconds - 30))
        let playlist = try #require(found)
        let text = String(decoding: playlist.plain.unsafeBytes, as: UTF8.self)
        return (text.split(separator: "\n").count { $0.hasSuffix(".m4s") }, playlist.compressed != nil)
    }

    @Test("The last one is answered until the pool has rendered the next, compressed")
    func pool() throws {
        #expect(try self.ask(100) == (30, false))
        self.add(31)
        #expect(try self.ask(101) == (30, false))
        self.show.renderWanted(since: self.time(71))
        #expect(try self.ask(102) == (31, true))
        self.add(32)
        #expect(try self.ask(103) == (31, true))
    }

    @Test("One that the pool had no reason to render is rendered when somebody asks again")
    func asksAgain() throws {
        #expect(try self.ask(100) == (30, false))
        self.add(31)
        self.show.renderWanted(since: self.time(170))
        #expect(try self.ask(200) == (31, false))
    }
}
