package import Primitives

/// What one connection still has to send, in order: copied bytes, shared memory, and ranges of files.
///
/// Small pieces are copied behind one another so that a response head and a short body leave in one `send`; larger
/// shared bodies are referred to. Lives on its connection's loop.
package final class OutputQueue {
    package enum Piece {
        case copied([UInt8])
        case shared(SharedSlice)
        case file(FileSlice)

        var count: Int {
            switch self {
            case .copied(let bytes): bytes.count
            case .shared(let slice): slice.count
            case .file(let slice): slice.count
            }
        }
    }

    /// Shared bodies up to this size are copied: cheaper than one more reference and one more iovec.
    package static let copiedByteCountMax = 2048

    /// Everything before `tail`, oldest first; `firstPiece` is the index of the oldest.
    @exclusivity(unchecked) package private(set) var pieces: [Piece] = []
    @exclusivity(unchecked) package private(set) var firstPiece = 0
    /// How much of the oldest piece, or of `tail` when there are no pieces, has been sent.
    @exclusivity(unchecked) package private(set) var sentOfFirst = 0
    /// Copied bytes that are still being added to.
    @exclusivity(unchecked) package private(set) var tail: [UInt8] = []
    /// Bytes not yet sent.
    @exclusivity(unchecked) package private(set) var byteCount = 0

    package init() {}

    package var isEmpty: Bool { self.byteCount == 0 }
    package var hasPieces: Bool { self.firstPiece < self.pieces.count }

    // MARK: Adding

    package func append(_ bytes: [UInt8]) {
        self.byteCount += bytes.count
        self.tail.append(contentsOf: bytes)
    }

    package func append(_ bytes: UnsafeRawBufferPointer) {
        self.byteCount += bytes.count
        self.tail.append(contentsOf: bytes)
    }

    /// Lets `body` add many small pieces in one go: a response head is a dozen of them.
    package func write(_ body: (inout [UInt8]) -> Void) {
        let before = self.tail.count
        body(&self.tail)
        self.byteCount += self.tail.count - before
    }

    package func append(_ slice: SharedSlice) {
        guard slice.count > Self.copiedByteCountMax else {
            self.append(slice.unsafeBytes)
            return
        }
        self.append(piece: .shared(slice))
    }

    package func append(_ slice: FileSlice) {
        guard slice.count > 0 else { return }
        self.append(piece: .file(slice))
    }

    private func append(piece: Piece) {
        self.sealTail()
        self.byteCount += piece.count
        self.pieces.append(piece)
    }

    /// Makes the tail a piece, so that something else can follow it.
    private func sealTail() {
        guard !self.tail.isEmpty else { return }
        self.pieces.append(.copied(self.tail))
        self.tail = []
    }

    // MARK: Sending

    /// A buffer that grew beyond this by one large response is freed, not lent again.
    package static let keptByteCountMax = 128 * 1024
    /// Places for pieces that an idle queue keeps.
    private static let keptPieceCountMax = 8

    /// Takes a used, empty buffer to copy into, unless the queue has one.
    package func lendBuffer(_ buffer: inout [UInt8]) {
        if self.tail.capacity == 0 { swap(&self.tail, &buffer) }
    }

    /// Gives the drained buffer back, so that an idle connection holds none. The larger of the two is kept.
    package func returnBuffer(_ buffer: inout [UInt8]) {
        guard self.isEmpty else { return }
        if self.pieces.capacity > Self.keptPieceCountMax { self.pieces = [] }
        guard self.tail.capacity > 0 else { return }
        if self.tail.capacity > buffer.capacity, self.tail.capacity <= Self.keptByteCountMax {
            swap(&self.tail, &buffer)
        }
        self.tail = []
    }

    /// Forgets the first `count` bytes: they were sent.
    package func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.byteCount, "consumes only what is queued")
        if count == self.byteCount, !self.hasPieces {
            self.byteCount = 0
            self.sentOfFirst = 0
            self.tail.removeAll(keepingCapacity: true)
            return
        }
        self.byteCount -= count
        var rest = count
        while rest > 0, self.hasPieces {
            let left = self.pieces[self.firstPiece].count - self.sentOfFirst
            guard rest >= left else {
                self.sentOfFirst += rest
                return
            }
            rest -= left
            self.dropFirstPiece()
        }
        self.sentOfFirst += rest
        if self.byteCount == 0 {
            self.tail.removeAll(keepingCapacity: true)
            self.sentOfFirst = 0
        } else if !self.hasPieces, self.sentOfFirst > max(self.tail.count / 2, Self.copiedByteCountMax) {
            // A stream may never drain the tail quite: what is sent must not pile up in front.
            self.tail.removeFirst(self.sentOfFirst)
            self.sentOfFirst = 0
        }
    }

    package func removeAll() {
        self.pieces = []
        self.firstPiece = 0
        self.sentOfFirst = 0
        self.tail = []
        self.byteCount = 0
    }

    /// The buffer of a copied piece becomes the next tail when there is none: a response head costs no allocation.
    private func dropFirstPiece() {
        let dropped = self.pieces[self.firstPiece]
        self.pieces[self.firstPiece] = .copied([])
        if case .copied(var bytes) = consume dropped, self.tail.capacity == 0 {
            bytes.removeAll(keepingCapacity: true)
            self.tail = bytes
        }
        self.firstPiece += 1
        self.sentOfFirst = 0
        if self.firstPiece == self.pieces.count {
            self.pieces.removeAll(keepingCapacity: true)
            self.firstPiece = 0
        } else if self.firstPiece > max(self.pieces.count / 2, Self.keptPieceCountMax) {
            self.pieces.removeFirst(self.firstPiece)
            self.firstPiece = 0
        }
    }
}
