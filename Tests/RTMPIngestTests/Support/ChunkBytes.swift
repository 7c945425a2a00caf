/// Writes chunks exactly as a test says, right or wrong.
struct ChunkBytes {
    enum StreamIDForm { case shortest, twoBytes, threeBytes }

    private(set) var bytes: [UInt8] = []

    /// A chunk header of format 0 with an absolute timestamp.
    mutating func absolute(
        _ id: Int, _ timestamp: UInt32, _ type: UInt8, count: Int, streamID: UInt32 = 1, form: StreamIDForm = .shortest
    ) {
        self.basicHeader(0, id, form)
        self.number24(min(timestamp, 0xFF_FFFF))
        self.number24(UInt32(count))
        self.bytes.append(type)
        self.number32(streamID.byteSwapped)
        if timestamp >= 0xFF_FFFF { self.number32(timestamp) }
    }

    /// A chunk header of format 1.
    mutating func difference(_ id: Int, _ delta: UInt32, _ type: UInt8, count: Int, form: StreamIDForm = .shortest) {
        self.basicHeader(1, id, form)
        self.number24(min(delta, 0xFF_FFFF))
        self.number24(UInt32(count))
        self.bytes.append(type)
        if delta >= 0xFF_FFFF { self.number32(delta) }
    }

    /// A chunk header of format 2.
    mutating func difference(_ id: Int, _ delta: UInt32) {
        self.basicHeader(2, id, .shortest)
        self.number24(min(delta, 0xFF_FFFF))
        if delta >= 0xFF_FFFF { self.number32(delta) }
    }

    /// A chunk header of format 3.
    mutating func repetition(_ id: Int, extended: UInt32? = nil, form: StreamIDForm = .shortest) {
        self.basicHeader(3, id, form)
        if let extended { self.number32(extended) }
    }

    mutating func payload(_ bytes: some Sequence<UInt8>) { self.bytes += bytes }

    /// A payload in chunks; `extended` is repeated before each but the first.
    mutating func payload(_ id: Int, _ payload: [UInt8], chunk: Int, extended: UInt32? = nil) {
        for start in stride(from: 0, to: payload.count, by: chunk) {
            if start > 0 { self.repetition(id, extended: extended) }
            self.bytes += payload[start..<min(start + chunk, payload.count)]
        }
    }

    mutating func setChunkSize(_ size: UInt32, id: Int = 2) { self.control(1, size, id: id) }
    mutating func abort(_ abortedID: UInt32) { self.control(2, abortedID, id: 2) }

    private mutating func control(_ type: UInt8, _ number: UInt32, id: Int) {
        self.absolute(id, 0, type, count: 4, streamID: 0)
        self.number32(number)
    }

    private mutating func basicHeader(_ format: UInt8, _ id: Int, _ form: StreamIDForm) {
        let needsThree = form == .threeBytes || id > 319
        let needsTwo = form == .twoBytes || id > 63
        if needsThree {
            self.bytes += [format << 6 | 1, UInt8((id - 64) % 256), UInt8((id - 64) / 256)]
        } else if needsTwo {
            self.bytes += [format << 6, UInt8(id - 64)]
        } else {
            self.bytes.append(format << 6 | UInt8(id))
        }
    }

    private mutating func number24(_ value: UInt32) {
        self.bytes += [UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    mutating func number32(_ value: UInt32) { withUnsafeBytes(of: value.bigEndian) { self.bytes += $0 } }

    /// What `write` writes.
    static func of(_ write: (inout ChunkBytes) -> Void) -> [UInt8] {
        var chunks = ChunkBytes()
        write(&chunks)
        return chunks.bytes
    }
}
