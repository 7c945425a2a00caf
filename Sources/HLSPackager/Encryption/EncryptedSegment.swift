internal import Crypto
internal import Primitives

/// A segment that is encrypted while it is made: what its muxer wrote goes into an arena of its own, block by block,
/// and only that arena leaves the stream.
///
/// Works a part at a time, because encrypting a large segment at its end would hold up the publisher's loop: a core
/// does some 0.6 GB/s, fresh memory included. The last block is written when the segment is complete, by whoever
/// completes it, so that a segment whose publisher was lost can be opened too.
final class EncryptedSegment: @unchecked Sendable {
    // SAFETY: belongs to the store that makes it, which is touched under its stream's lock.

    let encryption: RenditionSnapshot.Encryption
    /// What the muxer writes; nobody else reads it.
    private(set) var clear: SegmentArena
    let arena: SegmentArena
    private let key: SharedBytes
    private let pool: ArenaPool?
    /// Nil when it has failed: the rest of the segment fails too.
    private var cipher: AES128CBC?
    private var takenCount = 0

    init(
        _ clear: SegmentArena, as container: MediaContainer = .fragmentedMP4, key: SharedBytes,
        encryption: RenditionSnapshot.Encryption, pool: ArenaPool?
    ) {
        do throws(CryptoError) {
            self.cipher = try AES128CBC(
                key: key.copyBytes(), initialisationVector: encryption.vector(in: container))
        } catch {
            // Said when the first part is to be encrypted.
            self.cipher = nil
        }
        self.encryption = encryption
        self.key = key
        self.pool = pool
        self.clear = clear
        self.arena = SegmentArena(capacity: AES128CBC.encryptedByteCount(of: clear.capacity), pool: pool)
    }

    /// Encrypts what was written up to here. Returns where it lies, but for up to 15 bytes that wait for the next part.
    func take(upTo count: Int) throws(EncryptionError) -> Range<Int> {
        let start = self.arena.count
        while self.takenCount < count {
            let end = min(count, self.takenCount + Self.pieceByteCount)
            let piece = self.clear.bytes(self.takenCount..<end)
            try self.write { (output) throws(CryptoError) in try self.cipher?.encrypt(piece, into: output) }
            self.takenCount = end
        }
        return start..<self.arena.count
    }

    /// The same for all that this handle on the clear memory knows.
    func take(_ clear: SegmentArena) throws(EncryptionError) {
        self.clear = clear
        _ = try self.take(upTo: clear.count)
    }

    /// Writes the last block, with the padding. Nothing may follow. Returns the length of the whole.
    func finish() throws(EncryptionError) -> Int {
        try self.write { (output) throws(CryptoError) in try self.cipher?.finish(into: output) }
        self.arena.complete()
        return self.arena.count
    }

    /// The same segment as MPEG-TS, with the same key and a vector of its own.
    func transportStream(_ clear: SegmentArena) -> EncryptedSegment {
        EncryptedSegment(
            clear, as: .transportStream, key: self.key, encryption: self.encryption, pool: self.pool)
    }

    private func write(
        _ encrypt: (UnsafeMutableRawBufferPointer) throws(CryptoError) -> Int?
    ) throws(EncryptionError) {
        let error = withUnsafeTemporaryAllocation(
            byteCount: Self.pieceByteCount + AES128CBC.blockByteCount, alignment: AES128CBC.blockByteCount
        ) { output -> EncryptionError? in
            do throws(CryptoError) {
                guard let count = try encrypt(output) else { return .cipherRefused }
                let isWritten = self.arena.append(UnsafeRawBufferPointer(rebasing: output[..<count]))
                return isWritten ? nil : .memoryRefused
            } catch { return .cipherRefused }
        }
        guard let error else { return }
        self.cipher = nil
        throw error
    }

    /// Small enough for the stack and the nearest cache.
    private static let pieceByteCount = 16 * 1024
}
