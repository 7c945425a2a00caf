import CNGHTTP2

/// The client's side of an HTTP/2 connection for tests: frames written by hand, lawful or not, and the server's
/// frames read back. Unpacks header blocks with nghttp2's decoder; everything else is its own.
final class HTTP2Client {
    struct Answer {
        var fields: [(name: String, value: String)] = []
        /// Statuses in order of arrival; more than one when a 100 came first.
        var statuses: [String] = []
        var body: [UInt8] = []
        var isComplete = false
        var resetCode: UInt32?

        subscript(_ name: String) -> String? { self.fields.first { $0.name == name }?.value }
        var status: String? { self.statuses.last }
    }

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private(set) var answers: [Int32: Answer] = [:]
    private(set) var goAways: [(lastStream: UInt32, code: UInt32)] = []
    private(set) var settings: [UInt16: UInt32] = [:]
    private(set) var pings: [(isAcknowledgement: Bool, payload: [UInt8])] = []
    private(set) var frameCount = 0
    private(set) var dataByteCountMax = 0
    private var unread: [UInt8] = []
    private let inflater: OpaquePointer

    init() {
        var inflater: OpaquePointer?
        precondition(nghttp2_hd_inflate_new(&inflater) == 0)
        self.inflater = inflater!
    }

    deinit { nghttp2_hd_inflate_del(self.inflater) }

    func answer(_ stream: Int32) -> Answer { self.answers[stream] ?? Answer() }

    // MARK: Writing

    static func frame(_ type: UInt8, flags: UInt8 = 0, stream: Int32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        [UInt8(payload.count >> 16 & 0xff), UInt8(payload.count >> 8 & 0xff), UInt8(payload.count & 0xff), type, flags]
            + self.bytes(UInt32(stream)) + payload
    }

    static func bytes(_ value: UInt32) -> [UInt8] { (0..<4).reversed().map { UInt8(value >> ($0 * 8) & 0xff) } }

    static func settings(_ entries: [(UInt16, UInt32)] = []) -> [UInt8] {
        self.frame(4, entries.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 0xff)] + self.bytes($0.1) })
    }

    static let settingsAcknowledgement = frame(4, flags: 1)
    static func ping(acknowledges: Bool = false, _ payload: [UInt8] = Array(repeating: 7, count: 8)) -> [UInt8] {
        self.frame(6, flags: acknowledges ? 1 : 0, payload)
    }
    static func windowUpdate(_ stream: Int32, _ increment: UInt32) -> [UInt8] {
        self.frame(8, stream: stream, self.bytes(increment))
    }
    static func reset(_ stream: Int32, _ code: UInt32 = 8) -> [UInt8] {
        self.frame(3, stream: stream, self.bytes(code))
    }
    static func data(_ stream: Int32, _ bytes: [UInt8], ends: Bool = false) -> [UInt8] {
        self.frame(0, flags: ends ? 1 : 0, stream: stream, bytes)
    }

    /// Literal fields without indexing and without Huffman coding.
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { [0] + self.string($0.0) + self.string($0.1) }
    }

    private static func string(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var rest = bytes.count - 127
        var head: [UInt8] = [127]
        while rest >= 128 {
            head.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return head + [UInt8(rest)] + bytes
    }

    static func fields(
        _ method: String = "GET", _ path: String = "/", _ more: [(String, String)] = []
    ) -> [(String, String)] {
        [(":method", method), (":scheme", "https"), (":authority", "example.org"), (":path", path)] + more
    }

    /// A header block in one HEADERS frame and as many CONTINUATION frames as it takes.
    static func headers(_ stream: Int32, _ fields: [(String, String)], ends: Bool = true) -> [UInt8] {
        var rest = self.block(fields)[...]
        var bytes: [UInt8] = []
        repeat {
            let piece = Array(rest.prefix(16_384))
            rest = rest.dropFirst(piece.count)
            let flags: UInt8 = (rest.isEmpty ? 4 : 0) | (bytes.isEmpty && ends ? 1 : 0)
            bytes += self.frame(bytes.isEmpty ? 1 : 9, flags: flags, stream: stream, piece)
        } while !rest.isEmpty
        return bytes
    }

    static func get(_ stream: Int32, _ path: String = "/") -> [UInt8] { self.headers(stream, self.fields("GET", path)) }

    // MARK: Reading

    func read(_ bytes: [UInt8]) {
        self.unread += bytes
        var start = 0
        while self.unread.count - start >= 9 {
            let head = self.unread[start..<start + 9]
            let length = head.prefix(3).reduce(0) { $0 << 8 | Int($1) }
            guard self.unread.count - start >= 9 + length else { break }
            let stream = head.suffix(4).reduce(Int32(0)) { $0 << 8 | Int32($1) }
            let payload = Array(self.unread[start + 9..<start + 9 + length])
            self.take(type: head[start + 3], flags: head[start + 4], stream: stream, payload)
            start += 9 + length
        }
        self.unread.removeFirst(start)
    }

    private func take(type: UInt8, flags: UInt8, stream: Int32, _ payload: [UInt8]) {
        self.frameCount += 1
        func number(at offset: Int) -> UInt32 { payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        switch type {
        case 0:
            self.answers[stream, default: Answer()].body += payload
            self.dataByteCountMax = max(self.dataByteCountMax, payload.count)
            if flags & 1 != 0 { self.answers[stream, default: Answer()].isComplete = true }
        case 1:
            precondition(flags & 4 != 0, "test responses have short heads")
            let fields = self.inflate(payload)
            self.answers[stream, default: Answer()].fields += fields
            self.answers[stream, default: Answer()].statuses += fields.filter { $0.name == ":status" }.map(\.value)
            if flags & 1 != 0 { self.answers[stream, default: Answer()].isComplete = true }
        case 3: self.answers[stream, default: Answer()].resetCode = number(at: 0)
        case 4:
            for offset in stride(from: 0, to: payload.count, by: 6) {
                self.settings[UInt16(payload[offset]) << 8 | UInt16(payload[offset + 1])] = number(at: offset + 2)
            }
        case 6: self.pings.append((flags & 1 != 0, payload))
        case 7: self.goAways.append((number(at: 0), number(at: 4)))
        default: break
        }
    }

    private func inflate(_ block: [UInt8]) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        block.withUnsafeBufferPointer { block in
            var offset = 0
            while true {
                var field = nghttp2_nv()
                var flags: CInt = 0
                let count = nghttp2_hd_inflate_hd2(
                    self.inflater, &field, &flags, block.baseAddress! + offset, block.count - offset, 1)
                precondition(count >= 0, "the server's header block is lawful")
                offset += count
                if flags & CInt(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                    fields.append(
                        (
                            String(
                                decoding: UnsafeBufferPointer(start: field.name, count: field.namelen), as: UTF8.self),
                            String(
                                decoding: UnsafeBufferPointer(start: field.value, count: field.valuelen), as: UTF8.self)
                        ))
                }
                if flags & CInt(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 { break }
            }
            nghttp2_hd_inflate_end_headers(self.inflater)
        }
        return fields
    }
}
