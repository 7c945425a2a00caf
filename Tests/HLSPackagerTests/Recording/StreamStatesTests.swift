import Foundation
import Observability
import Primitives
import Reactor
import Testing

@testable import HLSPackager

@Suite("Numbers of streams")
struct StreamStatesTests {
    private static let now = WallClock(unixMilliseconds: 1_790_000_000_000)
    private static let beyond = StreamState(beyondAllBefore: StreamStatesTests.now)

    private final class Rig {
        let disk: TestDisk
        let log = LogMemory()
        let pool = BlockingPool(name: "states", threadCount: 1, waitingCountMax: 4)
        let states: StreamStates

        init(_ disk: TestDisk, limits: StreamStateLimits = StreamStateLimits()) {
            self.disk = disk
            self.states = StreamStates(
                directory: disk.path, pool: self.pool, limits: limits, log: Log(level: .info, memory: self.log),
                disk: disk, wallClock: { StreamStatesTests.now })
            self.states.open()
        }

        deinit { self.pool.stop() }

        func take(
            _ stream: String, sequence: Int, initialisation: Int = 3, discontinuity: Int = 2, zeroAt: WallClock? = nil
        ) {
            var snapshot = RenditionSnapshot(
                segments: [], discontinuitySequence: discontinuity, hasIndependentSegments: true, hasEnded: false,
                nextSequence: sequence)
            snapshot.initialisations = [.init(number: initialisation, bytes: SharedBytes([]))]
            var whole = StreamSnapshot(
                version: 1, renditions: [.init(id: .main, tracks: [], snapshot: snapshot, version: 1)])
            whole.zeroAt = zeroAt
            self.states.take(whole, of: stream)
        }

        /// Until nothing waits for the disk.
        func settle() throws {
            let count = self.disk.syncCount
            for _ in 0..<200 {
                usleep(5000)
                if self.disk.syncCount > count, self.pool.waitingCount == 0 { break }
            }
            usleep(20_000)
        }
    }

    @Test("After an orderly end each stream goes on with its own numbers, and a new one begins at zero")
    func orderly() throws {
        let disk = try TestDisk()
        try Data(StreamStateFile(isClean: true).text()).write(to: URL(filePath: disk.path + "/streams"))
        let first = Rig(disk)
        #expect(first.states.state(of: "a") == StreamState())
        first.take("a", sequence: 17)
        first.take("b c/ä", sequence: 40)
        first.take("a", sequence: 16)
        first.states.take(nil, of: "a")
        first.states.close()
        let second = Rig(disk)
        #expect(
            second.states.state(of: "a")
                == StreamState(nextSequence: 17, nextInitialisation: 4, discontinuityCount: 2))
        #expect(second.states.state(of: "b c/ä").nextSequence == 40)
        #expect(second.states.state(of: "new") == StreamState())
    }

    @Test("After a crash every number is larger than any that can have been used, known or not")
    func crash() throws {
        let disk = try TestDisk()
        try Data(StreamStateFile(isClean: true).text()).write(to: URL(filePath: disk.path + "/streams"))
        let first = Rig(disk)
        first.take("a", sequence: 17)
        try first.settle()
        first.take("big", sequence: Self.beyond.nextSequence + 50)
        try first.settle()
        first.states.maintain(now: .now + .seconds(60))
        try first.settle()
        let second = Rig(disk)
        #expect(second.states.state(of: "a") == Self.beyond)
        #expect(second.states.state(of: "big").nextSequence == Self.beyond.nextSequence + 50 + 256)
        #expect(second.states.state(of: "never seen") == Self.beyond)
        // And once more, although it ended in order this time: what was not known then is not known now.
        second.states.close()
        #expect(Rig(disk).states.state(of: "never seen") == Self.beyond)
    }

    @Test("When a stream's time was zero is known after every end, and a file from before that was noted is read")
    func zeroAt() throws {
        let disk = try TestDisk()
        var old = StreamStateFile(isClean: true)
        old.streams["old"] = StreamState(nextSequence: 5)
        try Data(old.text()).write(to: URL(filePath: disk.path + "/streams"))
        let (early, late) = (WallClock(unixMilliseconds: 1_789_000_000_000), Self.now)
        let first = Rig(disk)
        #expect(first.states.state(of: "old") == StreamState(nextSequence: 5))
        first.take("a", sequence: 17, zeroAt: late)
        first.take("a", sequence: 18, zeroAt: early)
        first.take("a", sequence: 19)
        try first.settle()
        first.states.maintain(now: .now + .seconds(60))
        try first.settle()
        // That one was killed, and this one ends in order.
        let second = Rig(disk)
        #expect(second.states.state(of: "a").zeroAt == early && second.states.state(of: "old").zeroAt == nil)
        second.states.close()
        #expect(Rig(disk).states.state(of: "a").zeroAt == early)
    }

    @Test("A file that is missing or damaged is replaced by the clock")
    func damaged() throws {
        let disk = try TestDisk()
        let first = Rig(disk)
        #expect(first.states.state(of: "a") == Self.beyond)
        #expect(first.log.lines == [])
        first.take("a", sequence: 17)
        first.states.close()
        var text = try #require(FileManager.default.contents(atPath: disk.path + "/streams"))
        text[text.count / 2] ^= 1
        try text.write(to: URL(filePath: disk.path + "/streams"))
        let second = Rig(disk)
        #expect(second.states.state(of: "a") == Self.beyond)
        #expect(second.log.lines.count { $0.contains("stream numbers damaged") } == 1)
    }

    @Test("Every byte of the file counts")
    func everyByte() {
        var file = StreamStateFile(isClean: true)
        file.floor = StreamState(nextSequence: 1, nextInitialisation: 2, discontinuityCount: 3)
        file.streams["a b"] = StreamState(
            nextSequence: 10, nextInitialisation: 20, discontinuityCount: 30, nextKey: 40, zeroAt: Self.now)
        let text = file.text()
        #expect(StreamStateFile(text) == file)
        for index in text.indices {
            var damaged = text
            damaged[index] ^= 1
            #expect(StreamStateFile(damaged) == nil)
            #expect(StreamStateFile(Array(text[..<index])) == nil)
        }
        #expect(StreamStateFile(text + [10]) == nil)
    }

    @Test("Numbers that leave nothing to count on with are not believed, whatever their sum says")
    func huge() {
        for path in [\StreamState.nextSequence, \.nextInitialisation, \.discontinuityCount, \.nextKey] {
            for (number, isBelieved) in [(1 << 53, true), ((1 << 53) + 1, false), (Int.max, false)] {
                var file = StreamStateFile(isClean: true)
                file.streams["a"] = StreamState(nextSequence: 1)
                file.streams["a"]?[keyPath: path] = number
                #expect((StreamStateFile(file.text()) != nil) == isBelieved)
            }
        }
        var file = StreamStateFile(isClean: true)
        file.streams["a"] = StreamState(zeroAt: WallClock(unixMilliseconds: (1 << 53) + 1))
        #expect(StreamStateFile(file.text()) == nil)
    }

    @Test("Streams that are forgotten leave their numbers to all that come")
    func bound() throws {
        let disk = try TestDisk()
        try Data(StreamStateFile(isClean: true).text()).write(to: URL(filePath: disk.path + "/streams"))
        var limits = StreamStateLimits()
        limits.streamCountMax = 3
        let rig = Rig(disk, limits: limits)
        for number in 1...5 { rig.take("s\(number)", sequence: number * 10) }
        for number in 1...5 { #expect(rig.states.state(of: "s\(number)").nextSequence >= number * 10) }
        rig.states.close()
        let again = Rig(disk, limits: limits)
        for number in 1...5 { #expect(again.states.state(of: "s\(number)").nextSequence >= number * 10) }
    }

    @Test("A disk that takes nothing is told of once, and the file before stays")
    func full() throws {
        let disk = try TestDisk()
        try Data(StreamStateFile(isClean: true).text()).write(to: URL(filePath: disk.path + "/streams"))
        let rig = Rig(disk)
        disk.setFaults { $0.room = 0 }
        rig.take("a", sequence: 17)
        for _ in 0..<3 {
            usleep(30_000)
            rig.states.maintain(now: .now + .seconds(60))
        }
        usleep(50_000)
        #expect(rig.log.lines.count { $0.contains("stream numbers not saved") } == 1)
        disk.setFaults { $0.room = nil }
        rig.states.maintain(now: .now + .seconds(100))
        try rig.settle()
        let bytes = try #require(FileManager.default.contents(atPath: disk.path + "/streams"))
        #expect(StreamStateFile([UInt8](bytes))?.streams["a"]?.nextSequence == 17)
    }
}
