import CLinux
import Foundation
import Glibc
import Primitives
import TestSupport
import Testing

@testable import Reactor

@Suite("Output queue")
struct OutputQueueTests {
    /// Everything that is queued, read the way TLS reads it; checks the way plain sockets read it on the way.
    private func drainOnce(_ queue: OutputQueue, unit: Int, scratch: UnsafeMutableRawBufferPointer) throws -> [UInt8] {
        let run = try queue.withRun(unit: unit, byteCountMax: 3 * unit, scratch: scratch) { Array($0) }
        #expect(!run.isEmpty && run.count <= 3 * unit)
        if queue.fileAtFront == nil {
            let (vectors, byteCount) = queue.withVectors { vectors, byteCount in
                (vectors.flatMap { Array(UnsafeRawBufferPointer(start: $0.iov_base, count: $0.iov_len)) }, byteCount)
            }
            #expect(vectors.count == byteCount)
            let common = min(vectors.count, run.count)
            #expect(vectors[..<common] == run[..<common])
        }
        return run
    }

    @Test("Random appends and sends give out exactly what was put in", arguments: 1...20 as ClosedRange<UInt64>)
    func agreesWithModel(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let fileBytes = random.bytes(20_000)
        let file = try TestFile(fileBytes)
        let shared = SharedBytes(random.bytes(20_000))
        let queue = OutputQueue()
        var spare: [UInt8] = []
        var model: [UInt8] = []
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { scratch.deallocate() }
        for _ in 0..<400 {
            let start = random.next(below: 10_000)
            let count = random.next(below: 10_000)
            switch random.next(below: 9) {
            case 0:
                let bytes = random.bytes(random.next(below: 300))
                queue.append(bytes)
                model += bytes
            case 1:
                queue.append(Array("static".utf8))
                queue.append([UInt8(ascii: "-")])
                queue.write { $0.append(decimal: start) }
                queue.write { $0.append(hexadecimal: start) }
                model += Array("static-\(start)\(String(start, radix: 16))".utf8)
            case 2:
                queue.append(SharedSlice(shared, start..<start + count))
                model += shared.copyBytes()[start..<start + count]
            case 3:
                queue.append(FileSlice(file: file.descriptor, offset: start, count: count))
                model += fileBytes[start..<start + count]
            case 4:
                queue.lendBuffer(&spare)
            default:
                guard !queue.isEmpty else { continue }
                let run = try self.drainOnce(queue, unit: 1024, scratch: scratch)
                #expect(model.starts(with: run))
                let sent = 1 + random.next(below: run.count)
                queue.consume(sent)
                model.removeFirst(sent)
                queue.returnBuffer(&spare)
            }
            #expect(queue.byteCount == model.count)
            #expect(queue.isEmpty == model.isEmpty)
        }
        while !queue.isEmpty {
            let run = try self.drainOnce(queue, unit: 1024, scratch: scratch)
            #expect(model.starts(with: run))
            queue.consume(run.count)
            model.removeFirst(run.count)
        }
        #expect(model.isEmpty)
    }

    @Test("A small head and a small body are one run and one vector")
    func together() throws {
        let queue = OutputQueue()
        queue.append(Array("head".utf8))
        queue.append(SharedSlice(SharedBytes(Array("body".utf8))))
        #expect(queue.withVectors { vectors, _ in vectors.count } == 1)
        #expect(!queue.hasPieces)
    }

    @Test("A drained queue holds no buffer, and a huge one is not lent on")
    func idleMemory() {
        let queue = OutputQueue()
        var spare: [UInt8] = []
        queue.append([UInt8](repeating: 1, count: 5000))
        queue.consume(5000)
        queue.returnBuffer(&spare)
        #expect(queue.tail.capacity == 0 && spare.capacity >= 5000 && spare.isEmpty)
        let kept = spare.capacity
        queue.append([UInt8](repeating: 1, count: 100))
        queue.consume(100)
        queue.returnBuffer(&spare)
        #expect(queue.tail.capacity == 0 && spare.capacity == kept)
        queue.append([UInt8](repeating: 1, count: OutputQueue.keptByteCountMax * 2))
        queue.consume(OutputQueue.keptByteCountMax * 2)
        queue.returnBuffer(&spare)
        #expect(queue.tail.capacity == 0 && spare.capacity == kept)
    }

    @Test("A queue that never quite drains does not grow")
    func neverDrained() {
        let queue = OutputQueue()
        let shared = SharedBytes([UInt8](repeating: 2, count: 4096))
        queue.append([UInt8](repeating: 1, count: 100))
        for _ in 0..<10_000 {
            queue.append([UInt8](repeating: 1, count: 1000))
            queue.consume(1000)
        }
        #expect(queue.byteCount == 100 && queue.tail.count < 20_000)
        for _ in 0..<10_000 {
            queue.append(SharedSlice(shared))
            queue.append([1])
            queue.consume(4097)
        }
        #expect(queue.byteCount == 100 && queue.pieces.count < 100)
    }

    @Test("A file that has become shorter is noticed")
    func truncatedFile() throws {
        let file = try TestFile([1, 2, 3])
        let queue = OutputQueue()
        queue.append(FileSlice(file: file.descriptor, offset: 0, count: 4))
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 16)
        defer { scratch.deallocate() }
        #expect(throws: OutputFileProblem.self) {
            try queue.withRun(unit: 16, byteCountMax: 16, scratch: scratch) { _ in }
        }
    }
}

/// An unlinked temporary file with the given content.
struct TestFile {
    let descriptor: OwnedDescriptor

    init(_ bytes: [UInt8]) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("podo-test-\(UUID().uuidString)").path
        let fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard fd >= 0 else { throw SystemError.last("open") }
        unlink(path)
        self.descriptor = OwnedDescriptor(fd)
        guard write(fd, bytes, bytes.count) == bytes.count else { throw SystemError.last("write") }
    }
}
