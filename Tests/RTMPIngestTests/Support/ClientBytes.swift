import RTMPIngest

/// What a client sends, put together message by message. Headers are whole unless a test asks otherwise.
struct ClientBytes {
    private(set) var bytes: [UInt8] = []
    private var chunkByteCount = 128

    init() {}

    /// C0, C1 and C2 of the plain handshake.
    static let handshake = [3] + [UInt8](repeating: 0, count: 8) + [UInt8](repeating: 7, count: 1528 + 1536)

    mutating func raw(_ bytes: [UInt8]) { self.bytes += bytes }

    mutating func message(
        _ type: UInt8, _ payload: [UInt8], chunkStream: UInt8 = 3, stream: UInt8 = 0, timestamp: UInt8 = 0
    ) {
        self.bytes += [chunkStream, 0, 0, timestamp]
        self.bytes += [UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF)]
        self.bytes += [type, stream, 0, 0, 0]
        var rest = payload[...]
        self.bytes += rest.prefix(self.chunkByteCount)
        rest = rest.dropFirst(self.chunkByteCount)
        while !rest.isEmpty {
            self.bytes.append(0xC0 | chunkStream)
            self.bytes += rest.prefix(self.chunkByteCount)
            rest = rest.dropFirst(self.chunkByteCount)
        }
    }

    mutating func command(
        _ name: String, _ transaction: Double, _ object: AMFValue = .null, _ arguments: [AMFValue] = [],
        chunkStream: UInt8 = 3, stream: UInt8 = 0
    ) {
        self.message(
            20, Self.payload(name, transaction, object, arguments), chunkStream: chunkStream, stream: stream)
    }

    mutating func setChunkSize(_ byteCount: Int, chunkStream: UInt8 = 2) {
        self.control(1, UInt32(byteCount), chunkStream: chunkStream)
        self.chunkByteCount = byteCount
    }

    mutating func control(_ type: UInt8, _ value: UInt32, chunkStream: UInt8 = 2) {
        self.message(type, Self.number(value), chunkStream: chunkStream)
    }

    mutating func userControl(_ event: UInt8, _ value: UInt32, chunkStream: UInt8 = 2) {
        self.message(4, [0, event] + Self.number(value), chunkStream: chunkStream)
    }

    mutating func connect(
        _ application: String = "live", url: String = "rtmp://host/live", _ more: [AMFProperty] = []
    ) {
        let properties = [AMFProperty("app", .string(application)), AMFProperty("tcUrl", .string(url))]
        self.command("connect", 1, .object(properties + more))
    }

    /// `onMetaData` as most send it.
    static let metadata = {
        let properties = [AMFProperty("width", .number(1280)), AMFProperty("videocodecid", .string("avc1"))]
        return Self.amf([.string("@setDataFrame"), .string("onMetaData"), .ecmaArray(properties)])
    }()

    static func payload(
        _ name: String, _ transaction: Double, _ object: AMFValue = .null, _ arguments: [AMFValue] = []
    ) -> [UInt8] {
        self.amf([.string(name), .number(transaction), object] + arguments)
    }

    static func amf(_ values: [AMFValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        AMF0Encoder.append(values, to: &bytes)
        return bytes
    }

    static func number(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}
