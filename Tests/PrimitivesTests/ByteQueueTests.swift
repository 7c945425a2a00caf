import Primitives
import Testing

struct ByteQueueTests {
    @Test("Bytes come out in the order in which every kind of append put them in")
    func order() {
        var queue = ByteQueue(capacity: 64)
        queue.append(UInt8(ascii: "a"))
        queue.append([UInt8(ascii: "b")])
        queue.append([0, UInt8(ascii: "c"), 0][1..<2])
        queue.append("d" as StaticString)
        queue.append("é" as String)
        queue.append(decimal: -10)
        [UInt8(ascii: "e")].withUnsafeBytes { queue.append($0) }
        let last: [UInt8] = [UInt8(ascii: "f")]
        queue.append(last.span.bytes)
        #expect(String(decoding: queue.copyBytes(), as: UTF8.self) == "abcdé-10ef")
        #expect(queue.count == 11)
    }

    @Test("Any mix of appending and consuming gives what an array gives")
    func againstArray() {
        var random = FastRandom(seed: 7)
        var queue = ByteQueue()
        var model: [UInt8] = []
        for _ in 0..<5000 {
            if Bool.random(using: &random) {
                let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                    UInt8.random(in: .min ... .max, using: &random)
                }
                queue.append(bytes)
                model += bytes
            } else {
                let count = Int.random(in: 0...model.count, using: &random)
                queue.consume(count)
                model.removeFirst(count)
            }
            #expect(queue.count == model.count && queue.isEmpty == model.isEmpty)
            guard queue.copyBytes() == model, queue.withUnsafeBytes({ Array($0) }) == model else {
                Issue.record("the queue differs from the model")
                return
            }
        }
    }

    @Test("Consumed bytes make room: a queue that is kept short does not grow")
    func storageIsReused() {
        var queue = ByteQueue()
        for _ in 0..<10_000 {
            queue.append([UInt8](repeating: 1, count: 100))
            queue.consume(queue.count > 100 ? 100 : 50)
        }
        #expect(queue.capacity < 2000)
    }

    @Test("Removing all gives the storage back when told to")
    func removeAll() {
        var queue = ByteQueue()
        queue.append([UInt8](repeating: 1, count: 4096))
        queue.consume(1)
        queue.removeAll(keepingCapacity: true)
        #expect(queue.isEmpty && queue.capacity >= 4096)
        queue.removeAll(keepingCapacity: false)
        #expect(queue.capacity == 0)
    }

    @Test("Consuming more than is queued stops the process")
    func consumeTooMuch() async {
        await #expect(processExitsWith: .failure) {
            var queue = ByteQueue()
            queue.append(1)
            queue.consume(2)
        }
    }
}
