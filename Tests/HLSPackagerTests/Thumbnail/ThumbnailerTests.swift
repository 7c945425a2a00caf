import Foundation
import HLSPackager
import MediaTypes
import Primitives
import Reactor
import TestSupport
import Testing

@Suite("Thumbnails now and then")
struct ThumbnailerTests {
    let pool = BlockingPool(name: "thumbnail", threadCount: 1, waitingCountMax: 1)
    let log = TestLog<Thumbnail>()
    let thumbnailer: Thumbnailer
    let format: VideoFormat
    let bytes: [UInt8]

    init() throws {
        let log = self.log
        self.thumbnailer = Thumbnailer(interval: .seconds(5), firstNumber: 7, pool: self.pool) { log.add($0) }
        (self.format, self.bytes) = try RecordedTrack.tracks(ofFile: "h264-aac")[0].keyframe
    }

    func offer(at seconds: Double, _ bytes: [UInt8]? = nil) {
        let bytes = bytes ?? self.bytes
        self.thumbnailer.offer(
            self.format, bytes.span.bytes, now: MonotonicTime(nanoseconds: Int64(seconds * 1e9)),
            capturedAt: WallClock(unixMilliseconds: Int64(seconds * 1000)))
    }

    /// The pool's thread is held until the gate is signalled.
    func holdPool() -> DispatchSemaphore {
        let (gate, entered) = (DispatchSemaphore(value: 0), TestLog<Int>())
        #expect(
            self.pool.submit {
                entered.add(0)
                gate.wait()
            })
        entered.wait { $0 == [0] }
        return gate
    }

    /// Everything that was given to the pool has ended.
    func settle() {
        let done = TestLog<Int>()
        while !self.pool.submit({ done.add(0) }) { usleep(1000) }
        #expect(done.wait { $0 == [0] })
    }

    @Test("the first keyframe is made a picture of, and then one every five seconds while somebody looks")
    func interval() {
        for seconds in [100, 101, 104.9, 105, 106, 112, 116.5, 117] {
            self.thumbnailer.want()
            self.offer(at: seconds)
            self.settle()
        }
        #expect(self.log.entries.map(\.capturedAt.unixMilliseconds) == [100_000, 105_000, 112_000, 117_000])
        #expect(self.log.entries.map(\.number) == [7, 8, 9, 10])
        #expect(self.log.entries.allSatisfy { $0.width == 160 && $0.height == 90 && $0.jpeg.count > 500 })
        let counts = self.thumbnailer.counts
        #expect(counts.made == 4 && counts.skipped == 0 && counts.failed == 0 && counts.lastFailure == nil)
        self.pool.stop()
    }

    @Test("one that nobody looks at is made again after ten minutes only, one that somebody looks at when it is due")
    func unseen() {
        for seconds in [100.0, 105, 699, 700, 710] {
            self.offer(at: seconds)
            self.settle()
        }
        self.thumbnailer.want()
        for seconds in [711.0, 712, 717] {
            self.offer(at: seconds)
            self.settle()
        }
        #expect(self.log.entries.map(\.capturedAt.unixMilliseconds) == [100_000, 700_000, 711_000])
        #expect(self.thumbnailer.counts.skipped == 0)
        self.pool.stop()
    }

    @Test("one is in the making at most; what is due meanwhile is skipped")
    func busy() {
        let gate = self.holdPool()
        self.offer(at: 10)
        #expect(self.pool.waitingCount == 1)
        self.thumbnailer.want()
        self.offer(at: 12)
        self.offer(at: 15)
        self.offer(at: 17)
        #expect(self.pool.waitingCount == 1)
        #expect(self.thumbnailer.counts.skipped == 2)
        gate.signal()
        self.settle()
        self.offer(at: 18)
        self.settle()
        #expect(self.log.entries.map(\.capturedAt.unixMilliseconds) == [10_000, 18_000])
        self.pool.stop()
    }

    @Test("a full pool is not waited for: the next keyframe has its chance")
    func full() {
        let gate = self.holdPool()
        #expect(self.pool.submit {})
        self.offer(at: 10)
        self.offer(at: 11)
        #expect(self.thumbnailer.counts.skipped == 2)
        gate.signal()
        self.settle()
        self.offer(at: 12)
        self.settle()
        #expect(self.log.entries.map(\.capturedAt.unixMilliseconds) == [12_000])
        self.pool.stop()
        self.settleStopped()
    }

    /// A stopped pool takes nothing, and the thumbnailer is none the worse.
    func settleStopped() {
        self.thumbnailer.want()
        self.offer(at: 100)
        #expect(self.thumbnailer.counts.skipped == 3)
    }

    @Test("one that fails is counted, with its reason, and the next is made")
    func failure() {
        self.offer(at: 10, [1, 2, 3])
        self.settle()
        #expect(self.thumbnailer.counts.failed == 1 && self.thumbnailer.counts.lastFailure == .undecodable)
        self.offer(at: 15, [UInt8](repeating: 0, count: ThumbnailLimits().inputByteCountMax + 1))
        #expect(self.thumbnailer.counts.failed == 2 && self.thumbnailer.counts.lastFailure == .inputTooLarge)
        self.offer(at: 20)
        self.settle()
        #expect(self.thumbnailer.counts.made == 1 && self.log.entries.map(\.number) == [7])
        self.pool.stop()
    }
}
