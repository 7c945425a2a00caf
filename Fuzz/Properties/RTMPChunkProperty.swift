internal import Primitives
internal import RTMPIngest

/// Chunks: messages, counters and errors are the same however the bytes were cut, and memory keeps within its budgets.
/// The first byte of an input chooses: its lowest bit whether the peer is proven, the next whether arrays go back.
package enum RTMPChunkProperty: FuzzProperty {
    package static let name = "rtmp-chunk"

    package static func violation(of bytes: [UInt8]) -> String? {
        guard let choice = bytes.first else { return nil }
        let chunks = Array(bytes.dropFirst())
        var cutter = InputCutter(seed: bytes)
        var whole = Run(choice)
        whole.feed([chunks])
        var cut = Run(choice)
        cut.feed(cutter.cut(chunks))
        if let violation = whole.violation ?? cut.violation { return violation }
        if whole.outcome != cut.outcome { return "whole bytes give \(whole.outcome), cut ones \(cut.outcome)" }
        return nil
    }

    /// What came out of a decoder.
    private struct Outcome: Equatable {
        var headers: [MessageHeader] = []
        /// Of all messages, one behind the other.
        var payload: [UInt8] = []
        var error: ChunkError?
        var smallChunkCount: UInt64 = 0
        var messageCount: UInt64 = 0
        var abandonedMessageCount: UInt64 = 0
        var hasSeenExtendedTimestamp = false
    }

    /// Small enough for inputs to come near.
    private static let tight = {
        var limits = RTMPLimits()
        limits.messageByteCountMax = 4096
        limits.partialByteCountMax = 2048
        limits.unprovenByteCountMax = 256
        limits.chunkStreamCountMax = 6
        limits.spareBufferByteCountMax = 512
        return limits
    }()

    /// A decoder, and what came out of it: kept as values, because putting each run into words took most of the time.
    private struct Run {
        private var decoder = ChunkDecoder(limits: RTMPChunkProperty.tight)
        private let recycles: Bool
        private(set) var outcome = Outcome()
        private(set) var violation: String?

        init(_ choice: UInt8) {
            self.decoder.isProven = choice & 1 == 1
            self.recycles = choice & 2 == 0
        }

        mutating func feed(_ pieces: [[UInt8]]) {
            do throws(ChunkError) {
                for piece in pieces { try self.feed(piece) }
            } catch {
                self.outcome.error = error
            }
            self.outcome.smallChunkCount = self.decoder.smallChunkCount
            self.outcome.messageCount = self.decoder.messageCount
            self.outcome.abandonedMessageCount = self.decoder.abandonedMessageCount
            self.outcome.hasSeenExtendedTimestamp = self.decoder.hasSeenExtendedTimestamp
        }

        private mutating func feed(_ piece: [UInt8]) throws(ChunkError) {
            var offset = 0
            while case .message(let header, let payload) = try self.decoder.next(piece.span.bytes, &offset) {
                self.outcome.headers.append(header)
                switch payload {
                case .input(let range):
                    self.take(header, piece[range])
                case .assembled(let bytes):
                    self.take(header, bytes[...])
                    if self.recycles { self.decoder.recycle(bytes) }
                }
            }
            if offset != piece.count { self.violation = "\(piece.count - offset) bytes are left unread" }
            self.checkMemory()
        }

        private mutating func take(_ header: MessageHeader, _ bytes: ArraySlice<UInt8>) {
            if bytes.count != header.byteCount { self.violation = "\(header) has \(bytes.count) bytes" }
            self.outcome.payload += bytes
            self.checkMemory()
        }

        /// Growth doubles, and every array is a little larger than asked for.
        private mutating func checkMemory() {
            let limits = RTMPChunkProperty.tight
            let budget = self.decoder.isProven ? limits.partialByteCountMax : limits.unprovenByteCountMax
            let arrayCount = limits.chunkStreamCountMax + limits.spareBufferCountMax
            let spares = self.decoder.isProven ? arrayCount * limits.spareBufferByteCountMax : 0
            let held = self.decoder.heldByteCount
            if held > 2 * budget + spares + arrayCount * 32 { self.violation = "\(held) bytes are held" }
        }
    }
}
