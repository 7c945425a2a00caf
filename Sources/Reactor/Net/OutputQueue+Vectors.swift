internal import CLinux
internal import Glibc
internal import Primitives

extension OutputQueue {
    /// Pieces offered to the kernel in one call.
    static var vectorCountMax: Int { 32 }

    /// What is left of the file at the front; nil when memory is at the front.
    var fileAtFront: FileSlice? {
        guard self.hasPieces, case .file(let slice) = self.pieces[self.firstPiece] else { return nil }
        return FileSlice(
            file: slice.file, offset: slice.offset + self.sentOfFirst, count: slice.count - self.sentOfFirst)
    }

    /// True when one piece of memory is at the front and a file right behind it: a response head before its body.
    var fileFollowsMemory: Bool {
        guard self.firstPiece + 1 < self.pieces.count, case .file = self.pieces[self.firstPiece + 1] else {
            return false
        }
        return true
    }

    /// Lends the memory at the front, up to the first file, as vectors; the bytes are valid during the call.
    func withVectors<Result>(_ body: (UnsafeBufferPointer<iovec>, _ byteCount: Int) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: Self.vectorCountMax + 1) { vectors in
            var count = 0
            var byteCount = 0
            func add(_ bytes: UnsafeRawBufferPointer) {
                guard bytes.count > 0 else { return }
                vectors[count] = iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
                count += 1
                byteCount += bytes.count
            }
            var reachesTail = true
            // The arrays are not changed during the call, so pointers into them stay valid to its end.
            for index in self.firstPiece..<max(self.pieces.count, self.firstPiece) {
                let skipped = index == self.firstPiece ? self.sentOfFirst : 0
                guard count < Self.vectorCountMax, self.lend(self.pieces[index], skipping: skipped, to: add) else {
                    reachesTail = false
                    break
                }
            }
            if reachesTail {
                let skipped = self.hasPieces ? 0 : self.sentOfFirst
                self.tail.withUnsafeBytes { add(UnsafeRawBufferPointer(rebasing: $0[skipped...])) }
            }
            return body(UnsafeBufferPointer(rebasing: vectors[..<count]), byteCount)
        }
    }

    /// False for a file, which has no memory to lend.
    private func lend(_ piece: Piece, skipping count: Int, to body: (UnsafeRawBufferPointer) -> Void) -> Bool {
        switch piece {
        case .copied(let bytes): bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[count...])) }
        case .shared(let slice): body(UnsafeRawBufferPointer(rebasing: slice.unsafeBytes[count...]))
        case .file: return false
        }
        return true
    }
}
