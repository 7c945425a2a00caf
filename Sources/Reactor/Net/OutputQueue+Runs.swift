internal import Glibc
internal import Primitives

/// A file that was promised could not be read to its end.
enum OutputFileProblem: Error {
    /// The file has become shorter than it was promised to be.
    case truncated
    case failed(SystemError)

    var closeReason: ConnectionCloseReason {
        switch self {
        case .truncated: .aborted("file-truncated")
        case .failed(let error): .failed(error)
        }
    }
}

extension OutputQueue {
    /// Lends the front as one run of memory, at most `byteCountMax` bytes, for an encryption that works in units.
    ///
    /// Memory that holds a unit or more is lent as it is, in whole units; what is smaller, or in a file, is gathered
    /// in `scratch`, so that a response head and its body share a unit. The queue must not be empty.
    func withRun<Result>(
        unit: Int, byteCountMax: Int, scratch: UnsafeMutableRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(OutputFileProblem) -> Result {
        assert(!self.isEmpty && byteCountMax >= unit && scratch.count >= unit, "there is a run, and room for it")
        let runByteCount = self.frontMemoryByteCount
        if runByteCount == self.byteCount, runByteCount <= byteCountMax {
            return self.withFrontMemory(byteCount: runByteCount, body)
        }
        if runByteCount >= unit {
            return self.withFrontMemory(byteCount: min(runByteCount, byteCountMax) / unit * unit, body)
        }
        let room = self.fileAtFront == nil ? unit : min(scratch.count, byteCountMax)
        let count = try self.copyFront(into: UnsafeMutableRawBufferPointer(rebasing: scratch[..<room]))
        return body(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
    }

    /// Bytes that lie together in memory at the front; 0 when a file is there.
    private var frontMemoryByteCount: Int {
        guard self.hasPieces else { return self.tail.count - self.sentOfFirst }
        if case .file = self.pieces[self.firstPiece] { return 0 }
        return self.pieces[self.firstPiece].count - self.sentOfFirst
    }

    private func withFrontMemory<Result>(byteCount: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let range = self.sentOfFirst..<self.sentOfFirst + byteCount
        guard self.hasPieces else {
            return self.tail.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
        }
        switch self.pieces[self.firstPiece] {
        case .copied(let bytes):
            return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
        case .shared(let slice):
            return withExtendedLifetime(slice) {
                body(UnsafeRawBufferPointer(rebasing: slice.unsafeBytes[range]))
            }
        case .file:
            preconditionFailure("a file has no memory to lend")
        }
    }

    /// Copies from the front until `target` is full or the queue is empty, without consuming.
    private func copyFront(into target: UnsafeMutableRawBufferPointer) throws(OutputFileProblem) -> Int {
        var copied = 0
        for index in self.firstPiece..<max(self.pieces.count, self.firstPiece) where copied < target.count {
            let skipped = index == self.firstPiece ? self.sentOfFirst : 0
            let rest = UnsafeMutableRawBufferPointer(rebasing: target[copied...])
            switch self.pieces[index] {
            case .copied(let bytes): copied += bytes.withUnsafeBytes { Self.copy($0, from: skipped, into: rest) }
            case .shared(let slice):
                copied += withExtendedLifetime(slice) { Self.copy(slice.unsafeBytes, from: skipped, into: rest) }
            case .file(let slice): copied += try Self.read(slice, from: skipped, into: rest)
            }
        }
        guard copied < target.count else { return copied }
        let skipped = self.hasPieces ? 0 : self.sentOfFirst
        let rest = UnsafeMutableRawBufferPointer(rebasing: target[copied...])
        return copied + self.tail.withUnsafeBytes { Self.copy($0, from: skipped, into: rest) }
    }

    private static func copy(
        _ bytes: UnsafeRawBufferPointer, from start: Int, into target: UnsafeMutableRawBufferPointer
    ) -> Int {
        let source = bytes[start...].prefix(target.count)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source))
        return source.count
    }

    private static func read(
        _ slice: FileSlice, from start: Int, into target: UnsafeMutableRawBufferPointer
    ) throws(OutputFileProblem) -> Int {
        let wanted = min(slice.count - start, target.count)
        var count = 0
        while count < wanted {
            let result = systemCall {
                pread(slice.file.raw, target.baseAddress! + count, wanted - count, slice.offset + start + count)
            }
            switch result {
            case .done(0): throw .truncated
            case .done(let read): count += read
            case .wouldBlock: throw .failed(SystemError(code: EAGAIN, call: "pread"))
            case .failed(let code): throw .failed(SystemError(code: code, call: "pread"))
            }
        }
        return count
    }
}
