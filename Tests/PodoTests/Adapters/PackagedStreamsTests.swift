import Foundation
import HLSPackager
import MediaTypes
import Observability
import Primitives
import Reactor
import Synchronization
import Testing

@testable import podo

@Suite("The streams that are kept") struct PackagedStreamsTests {
    private static func eventually(_ condition: () -> Bool) -> Bool {
        let end = Date() + 10
        while !condition() {
            if Date() > end { return false }
            usleep(1000)
        }
        return true
    }

    private static func descriptorCount() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    @Test("Shows wait for their publishers for ten minutes, and other streams as they did")
    func graceTimes() {
        let limits = PackagedStreams.limits(of: "schedule-7", HLSLimits())
        #expect(limits.interruptedGraceTime == .seconds(600) && limits.finishedGraceTime == .seconds(600))
        let others = PackagedStreams.limits(of: "schedule-07", HLSLimits())
        #expect(others.interruptedGraceTime == .seconds(60) && others.finishedGraceTime == .seconds(10))
        #expect(PackagedStreams.resumeTime(of: "schedule-7", RecordingLimits()) == .seconds(10_800))
        #expect(PackagedStreams.resumeTime(of: "main", RecordingLimits()) == .seconds(600))
    }

    @Test("One that is over is forgotten, with all that it held, and its name can be published again")
    func forgotten() throws {
        let directory = try TemporaryDirectory()
        let group = try EventLoopGroup(loopCount: 1)
        group.start()
        defer { group.stop() }
        let loop = group.loops[0]
        let log = Log(level: .error, memory: LogMemory())
        let registry = MetricsRegistry(loopCount: 1)
        var limits = HLSLimits()
        (limits.finishedGraceTime, limits.interruptedGraceTime) = (.milliseconds(5), .milliseconds(5))
        let streams = PackagedStreams(
            limits: limits, loops: [loop],
            numbers: StreamStates(
                directory: directory.path, pool: BlockingPool(name: "numbers", threadCount: 1, waitingCountMax: 4),
                log: log),
            recordings: nil, posters: nil, metrics: HLSMetrics(registry: registry), registry: registry, log: log)
        let before = try Self.descriptorCount()
        for _ in 0..<2 {
            let begun = Mutex(0)
            loop.execute {
                for number in 0..<20 { streams.receiver(for: "show \(number)", on: loop).publishingEnded(.finished) }
                begun.withLock { $0 = streams.all.count }
            }
            #expect(Self.eventually { begun.withLock { $0 } == 20 && streams.all.isEmpty })
        }
        #expect(Self.eventually { (try? Self.descriptorCount()) ?? .max < before + 20 })
        // A show waits for its publisher for longer than other streams do.
        loop.execute {
            for name in ["show 2", "schedule-7"] {
                streams.receiver(for: name, on: loop).publishingEnded(.finished)
            }
        }
        #expect(Self.eventually { streams.all.map(\.name) == ["schedule-7"] })
        // Who publishes is kept, however often the name was over before.
        loop.execute { _ = streams.receiver(for: "show 1", on: loop) }
        #expect(Self.eventually { streams.all.map(\.name) == ["schedule-7", "show 1"] })
    }
}
