import TestSupport
import Testing

/// As much of an HTTP/2 client as it takes to ask for something on a plain connection and read the answer. Header
/// blocks are written without compression, and of those that come only the status is looked at.
final class BareHTTP2Client {
    private let client: TestClient
    private var answers: [UInt32: Answer] = [:]

    private struct Answer {
        var isOK = false
        var body: [UInt8] = []
        var isComplete = false
    }

    init(port: UInt16) throws {
        self.client = try TestClient(port: port)
        try self.client.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + Self.frame(4))
    }

    func get(_ path: String, stream: UInt32) throws {
        var block: [UInt8] = []
        for (name, value) in [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", path)] {
            block += [0, UInt8(name.utf8.count)] + Array(name.utf8)
            precondition(value.utf8.count < 127)
            block += [UInt8(value.utf8.count)] + Array(value.utf8)
        }
        // All of the header block, and no body.
        try self.client.send(Self.frame(1, flags: 5, stream: stream, block))
    }

    func reset(stream: UInt32) throws { try self.client.send(Self.frame(3, stream: stream, [0, 0, 0, 8])) }

    /// Of an answer with the status 200; waits for all of it.
    func body(of stream: UInt32) throws -> String {
        while self.answers[stream]?.isComplete != true { try self.readFrame() }
        let answer = try #require(self.answers[stream])
        #expect(answer.isOK)
        return String(decoding: answer.body, as: UTF8.self)
    }

    private func readFrame() throws {
        let head = try self.client.receiveExactly(9)
        try #require(head.count == 9)
        let payload = try self.client.receiveExactly(Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2]))
        let stream = head[5...8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
        switch head[3] {
        case 0:
            self.answers[stream, default: Answer()].body += payload
            // What was read makes room for as much.
            let count = UInt32(payload.count)
            if count > 0 {
                try self.client.send(Self.frame(8, (0..<4).reversed().map { UInt8(count >> ($0 * 8) & 255) }))
            }
        case 1:
            // The static table has `:status: 200` in its place 8.
            self.answers[stream, default: Answer()].isOK = payload.first == 0x88
        case 4 where head[4] & 1 == 0: try self.client.send(Self.frame(4, flags: 1))
        default: break
        }
        if head[3] <= 1, head[4] & 1 == 1 { self.answers[stream, default: Answer()].isComplete = true }
    }

    private static func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let count = payload.count
        return [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags]
            + (0..<4).reversed().map { UInt8(stream >> ($0 * 8) & 255) } + payload
    }
}
