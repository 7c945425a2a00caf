import Testing

/// Reads the packets of MPEG-TS without libav.
struct TransportReader {
    struct Packet {
        var identifier: UInt16
        var startsUnit: Bool
        var counter: UInt8
        var hasPayload: Bool
        var clock: Int64?
        /// Of a PES header: when it is shown and decoded.
        var presentation: Int64?
        var decode: Int64?
    }

    var packets: [Packet] = []

    init(_ bytes: [UInt8]) throws {
        try #require(bytes.count % 188 == 0)
        for start in stride(from: 0, to: bytes.count, by: 188) {
            try self.packets.append(Self.packet(Array(bytes[start..<start + 188])))
        }
    }

    /// Packets whose counter does not follow from the one before of the same number.
    var discontinuities: [UInt16] {
        var counters: [UInt16: UInt8] = [:]
        var found: [UInt16] = []
        for packet in self.packets {
            if let last = counters[packet.identifier] {
                let expected = packet.hasPayload ? (last + 1) & 15 : last
                if packet.counter != expected { found.append(packet.identifier) }
            }
            counters[packet.identifier] = packet.counter
        }
        return found
    }

    private static func packet(_ bytes: [UInt8]) throws -> Packet {
        try #require(bytes[0] == 0x47)
        var packet = Packet(
            identifier: UInt16(bytes[1] & 0x1f) << 8 | UInt16(bytes[2]), startsUnit: bytes[1] & 0x40 != 0,
            counter: bytes[3] & 15, hasPayload: bytes[3] & 0x10 != 0)
        var payload = 4
        if bytes[3] & 0x20 != 0 {
            payload += 1 + Int(bytes[4])
            if bytes[4] > 0, bytes[5] & 0x10 != 0 {
                let base = bytes[6..<10].reduce(Int64(0)) { $0 << 8 | Int64($1) }
                packet.clock = base << 1 | Int64(bytes[10] >> 7)
            }
        }
        guard packet.startsUnit, packet.hasPayload, Array(bytes[payload..<payload + 3]) == [0, 0, 1] else {
            return packet
        }
        func time(_ start: Int) -> Int64 {
            let part = bytes[start..<start + 5].map(Int64.init)
            return (part[0] >> 1 & 7) << 30 | part[1] << 22 | (part[2] >> 1) << 15 | part[3] << 7 | part[4] >> 1
        }
        let flags = bytes[payload + 7] >> 6
        if flags & 2 != 0 { packet.presentation = time(payload + 9) }
        packet.decode = flags == 3 ? time(payload + 14) : packet.presentation
        return packet
    }
}
