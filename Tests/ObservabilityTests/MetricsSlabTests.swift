import Testing

@testable import Observability

struct MetricsSlabTests {
    @Test("Additions of many threads in one row and in many are all in the sum")
    func exactSums() async {
        let loopCount = 4
        let slab = MetricsSlab(loopCount: loopCount, slotCount: 3)
        let roundCount = 50_000
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<12 {
                let loop = task % 6 < loopCount ? task % 6 : nil
                group.addTask {
                    for _ in 0..<roundCount {
                        slab.add(1, slot: 0, loop: loop)
                        slab.add(2, slot: 2, loop: loop)
                    }
                }
            }
        }
        #expect(slab.sum(slot: 0) == UInt64(12 * roundCount))
        #expect(slab.sum(slot: 1) == 0)
        #expect(slab.sum(slot: 2) == UInt64(24 * roundCount))
    }

    @Test("A loop that does not exist counts in the row of other threads", arguments: [-1, 2, Int.min, Int.max, nil])
    func unknownLoop(loop: Int?) {
        let slab = MetricsSlab(loopCount: 2, slotCount: 1)
        slab.add(5, slot: 0, loop: loop)
        #expect(slab.sum(slot: 0) == 5)
    }

    @Test("Sums wrap instead of stopping the process")
    func wraps() {
        let slab = MetricsSlab(loopCount: 1, slotCount: 1)
        slab.add(.max, slot: 0, loop: 0)
        slab.add(.max, slot: 0, loop: nil)
        slab.add(3, slot: 0, loop: 0)
        #expect(slab.sum(slot: 0) == 1)
    }
}
