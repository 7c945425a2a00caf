/// Reads what a server answers: its handshake, then messages. Strict, since the server has no freedom to use.
package struct PublisherAnswers: Sendable {
    package struct Failure: Error {
        package let what: String
    }

    package struct Answer: Equatable, Sendable {
        package let type: UInt8
        package let streamID: UInt32
        package let payload: [UInt8]

        /// The values of a command; empty for anything else.
        package var values: [PublisherAMF] {
            guard self.type == 20 || self.type == 17 else { return [] }
            let bytes = self.type == 17 ? Array(self.payload.dropFirst()) : self.payload
            return (try? PublisherAMF.values(in: bytes)) ?? []  // A malformed command equals no expectation.
        }

        package var command: String? { self.values.first?.text }
        /// The code of an onStatus or of a result that carries one.
        package var code: String? { self.values.last?["code"]?.text }
    }

    /// S0, S1 and S2 once all has come.
    package private(set) var handshake: [UInt8]?
    package private(set) var chunkByteCount = 128
    private var received: [UInt8] = []
    private var offset = 0
    private var streams: [Int: Stream] = [:]

    private struct Stream {
        var type: UInt8 = 0
        var count = 0
        var streamID: UInt32 = 0
        var isExtended = false
        var payload: [UInt8] = []
    }

    package init() {}

    /// Whatever is complete with these bytes.
    package mutating func receive(_ bytes: [UInt8]) throws -> [Answer] {
        self.received += bytes
        if self.handshake == nil {
            guard self.received.count >= PublisherHandshake.answerByteCount else { return [] }
            self.handshake = Array(self.received[..<PublisherHandshake.answerByteCount])
            self.received.removeFirst(PublisherHandshake.answerByteCount)
        }
        var answers: [Answer] = []
        while true {
            let start = self.offset
            guard let answer = try self.chunk() else {
                if self.offset == start { break }
                continue
            }
            answers.append(answer)
        }
        self.received.removeFirst(self.offset)
        self.offset = 0
        return answers
    }

    /// Reads one chunk when it is all there; an answer when that ends one.
    private mutating func chunk() throws -> Answer? {
        var at = self.offset
        func has(_ count: Int) -> Bool { at + count <= self.received.count }
        func number(_ count: Int) -> Int {
            let bytes = self.received[at..<at + count]
            return bytes.reduce(0) { $0 << 8 | Int($1) }
        }
        guard has(1) else { return nil }
        let first = self.received[at]
        guard first & 0x3f >= 2 else { throw Failure(what: "a chunk stream number that needs no second byte has one") }
        let chunkStreamID = Int(first & 0x3f)
        at += 1
        let format = first >> 6
        guard format == 0 || self.streams[chunkStreamID] != nil else { throw Failure(what: "format \(format) first") }
        var stream = self.streams[chunkStreamID] ?? Stream()
        guard has([11, 7, 3, 0][Int(format)]) else { return nil }
        if format < 3 {
            stream.isExtended = number(3) == 0xff_ffff
            at += 3
        }
        if format < 2 {
            stream.count = number(3)
            at += 3
            stream.type = self.received[at]
            at += 1
        }
        if format == 0 {
            stream.streamID = self.received[at..<at + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
            at += 4
        }
        if stream.isExtended { at += 4 }
        guard has(0) else { return nil }
        let count = min(self.chunkByteCount, stream.count - stream.payload.count)
        guard has(count) else { return nil }
        stream.payload += self.received[at..<at + count]
        self.offset = at + count
        defer { self.streams[chunkStreamID] = stream }
        guard stream.payload.count == stream.count else { return nil }
        let answer = Answer(type: stream.type, streamID: stream.streamID, payload: stream.payload)
        stream.payload = []
        if answer.type == 1 { self.chunkByteCount = Int(answer.payload.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }) }
        return answer
    }
}
