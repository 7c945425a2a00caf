import MediaTypes
import Primitives
import Reactor
import TestSupport
import Testing

@testable import HLSPackager

@Suite("Snapshot board")
struct SnapshotBoardTests {
    @Test("Two loops get every snapshot in order, each with arenas of its own that it keeps from one to the next")
    func loops() throws {
        let group = try EventLoopGroup(loopCount: 2)
        group.start()
        defer { group.stop() }
        let board = SnapshotBoard(loops: group.loops)
        let log = TestLog<(loop: Int, version: Int?, arenas: [SegmentArena])>()
        for (index, loop) in group.loops.enumerated() {
            loop.execute {
                board.shelf(index).onSnapshot = { stream, snapshot in
                    guard stream == "show" else { return }
                    log.add((index, snapshot?.version, snapshot?[.main]?.snapshot.segments.map(\.arena) ?? []))
                }
            }
        }
        let segments = (0..<4).map { number in
            RenditionSnapshot.Segment(
                sequence: number, arena: SegmentArena(capacity: 10), parts: [], isComplete: true,
                isDiscontinuous: false, initialisationNumber: 0, startsAt: WallClock(unixMilliseconds: 0))
        }
        for version in 1...50 {
            let rendition = RenditionSnapshot(
                segments: Array(segments.prefix(1 + version % 4)), discontinuitySequence: 0,
                hasIndependentSegments: true, hasEnded: false)
            let shown = StreamSnapshot.Rendition(id: .main, tracks: [], snapshot: rendition, version: version)
            board.publish(StreamSnapshot(version: version, renditions: [shown]), of: "show")
        }
        board.publish(nil, of: "show")
        #expect(log.wait { $0.count == 102 })
        let seen = (0..<2).map { loop in log.entries.filter { $0.loop == loop } }
        for entries in seen {
            #expect(entries.map(\.version) == (1...50).map { $0 } + [nil])
            // The first segment is there all the time: one arena on this loop, which is not the publisher's.
            let first = entries.compactMap(\.arenas.first)
            #expect(first.allSatisfy { $0 === first[0] && $0 !== segments[0].arena })
            #expect(first[0].sharesMemory(with: segments[0].arena))
        }
        #expect(seen[0][0].arenas[0] !== seen[1][0].arenas[0])
    }

    @Test("A snapshot that comes after a newer one is passed over")
    func order() throws {
        let group = try EventLoopGroup(loopCount: 1)
        group.start()
        defer { group.stop() }
        let board = SnapshotBoard(loops: group.loops)
        let log = TestLog<Int?>()
        for version in [2, 1, 3] { board.publish(StreamSnapshot(version: version, renditions: []), of: "show") }
        group.loops[0].execute { log.add(board.shelf(0)["show"]?.version) }
        #expect(log.wait { $0 == [3] })
    }
}
