import Primitives
import RTMPIngest

/// A message with its payload, wherever the decoder had it.
struct DecodedMessage: Equatable, CustomStringConvertible {
    var type: UInt8
    var timestamp: UInt32
    var streamID: UInt32 = 1
    var chunkStreamID: Int
    var payload: [UInt8]

    init(_ chunkStreamID: Int, _ timestamp: UInt32, _ type: UInt8, _ payload: [UInt8], streamID: UInt32 = 1) {
        self.type = type
        self.timestamp = timestamp
        self.streamID = streamID
        self.chunkStreamID = chunkStreamID
        self.payload = payload
    }

    var description: String {
        let shown = self.payload.count > 8 ? "\(self.payload.prefix(8))… of \(self.payload.count)" : "\(self.payload)"
        return "[\(self.chunkStreamID) @\(self.timestamp) type \(self.type) stream \(self.streamID) \(shown)]"
    }
}

extension ChunkDecoder {
    /// Feeds pieces to a decoder that is proven, unless told otherwise; returns what it throws as the last value.
    static func outcome(
        of pieces: [[UInt8]], limits: RTMPLimits = RTMPLimits(), isProven: Bool = true, recycles: Bool = true
    ) -> (messages: [DecodedMessage], error: ChunkError?, decoder: ChunkDecoder) {
        var decoder = ChunkDecoder(limits: limits)
        decoder.isProven = isProven
        var messages: [DecodedMessage] = []
        do throws(ChunkError) {
            for piece in pieces { try decoder.feed(piece, to: &messages, recycles: recycles) }
        } catch {
            return (messages, error, decoder)
        }
        return (messages, nil, decoder)
    }

    static func messages(in pieces: [[UInt8]], limits: RTMPLimits = RTMPLimits()) throws -> [DecodedMessage] {
        let outcome = self.outcome(of: pieces, limits: limits)
        if let error = outcome.error { throw error }
        return outcome.messages
    }

    mutating func feed(
        _ piece: [UInt8], to messages: inout [DecodedMessage], recycles: Bool = true
    ) throws(ChunkError) {
        var offset = 0
        while case .message(let header, let payload) = try self.next(piece.span.bytes, &offset) {
            let bytes =
                switch payload {
                case .input(let range): Array(piece[range])
                case .assembled(let bytes): bytes
                }
            precondition(bytes.count == header.byteCount, "a message is as long as its header says")
            messages.append(
                DecodedMessage(
                    header.chunkStreamID, header.timestamp, header.type.rawValue, bytes, streamID: header.streamID))
            if recycles, case .assembled(let bytes) = payload { self.recycle(bytes) }
        }
        precondition(offset == piece.count, "all input is used up")
    }
}
