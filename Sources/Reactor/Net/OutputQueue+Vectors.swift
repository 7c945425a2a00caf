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

    /// Memory that is a file too is sent as one from this size on: handing pages over costs about as much for few as
    /// copying them.
    static var byteCountSentAsFileMin: Int { 32 * 1024 }

    /// What is left at the front of something that the kernel sends by itself, a file or memory that is one. Nil when
    /// other memory is there.
    var sendableAtFront: (descriptor: CInt, offset: Int, count: Int)? {
        guard self.hasPieces, let place = Self.place(of: self.pieces[self.firstPiece]) else { return nil }
        if case .shared(let slice) = self.pieces[self.firstPiece] { slice.owner.backing?.willBeSentAsFile() }
        let count = self.pieces[self.firstPiece].count
        return (place.descriptor, place.offset + self.sentOfFirst, count - self.sentOfFirst)
    }

    /// True when one piece of memory is at the front and right behind it what the kernel sends by itself: a response
    /// head before its body.
    var sendableFollowsMemory: Bool {
        self.firstPiece + 1 < self.pieces.count && Self.place(of: self.pieces[self.firstPiece + 1]) != nil
    }

    private static func place(of piece: Piece) -> (descriptor: CInt, offset: Int)? {
        switch piece {
        case .copied: return nil
        case .file(let slice): return (slice.file.raw, slice.offset)
        case .shared(let slice):
            guard slice.count >= self.byteCountSentAsFileMin, let backing = slice.owner.backing else { return nil }
            return (backing.descriptor, backing.fileOffset + slice.range.lowerBound)
        }
    }

    /// Lends the memory at the front, up to what the kernel sends by itself, as vectors; valid during the call.
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

    /// False for what is not sent from here.
    private func lend(_ piece: Piece, skipping count: Int, to body: (UnsafeRawBufferPointer) -> Void) -> Bool {
        guard Self.place(of: piece) == nil else { return false }
        switch piece {
        case .copied(let bytes): bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[count...])) }
        case .shared(let slice): body(UnsafeRawBufferPointer(rebasing: slice.unsafeBytes[count...]))
        case .file: return false
        }
        return true
    }
}
