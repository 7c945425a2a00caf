/// From a text to the bytes of a code: data, and what mends it when some of it is read wrong (ISO/IEC 18004 §7.4–7.6).
enum QRCodewords {
    /// All bytes in the order in which they are drawn.
    static func of(_ text: [UInt8], _ version: QRVersion) -> [UInt8] {
        let data = Self.data(text, version)
        var blocks: [[UInt8]] = []
        var start = 0
        for count in version.blocks {
            blocks.append(Array(data[start..<start + count]))
            start += count
        }
        let divisor = Self.divisor(version.mendingCount)
        let mendings = blocks.map { Self.remainder(of: $0, by: divisor) }
        // Byte by byte from each block in turn: a stain is spread over all of them.
        let longest = version.blocks.max() ?? 0
        return Self.interleaved(blocks, longest) + Self.interleaved(mendings, version.mendingCount)
    }

    private static func interleaved(_ blocks: [[UInt8]], _ longest: Int) -> [UInt8] {
        (0..<longest).flatMap { place in blocks.compactMap { $0.indices.contains(place) ? $0[place] : nil } }
    }

    /// The text behind its head, filled up to what the version holds.
    private static func data(_ text: [UInt8], _ version: QRVersion) -> [UInt8] {
        var bits: [Bool] = []
        func add(_ value: Int, _ count: Int) {
            for place in stride(from: count - 1, through: 0, by: -1) { bits.append(value >> place & 1 == 1) }
        }
        add(0b0100, 4)
        add(text.count, version.countBitCount)
        for byte in text { add(Int(byte), 8) }
        let room = version.dataCount * 8
        add(0, min(4, room - bits.count))
        add(0, (8 - bits.count % 8) % 8)
        var bytes = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(0 as UInt8) { $0 << 1 | ($1 ? 1 : 0) }
        }
        var isFirst = true
        while bytes.count < version.dataCount {
            bytes.append(isFirst ? 0xEC : 0x11)
            isFirst.toggle()
        }
        return bytes
    }

    // MARK: Reed–Solomon codes over the field of 256 elements, by x⁸ + x⁴ + x³ + x² + 1

    private static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var (result, left, right) = (0 as UInt8, left, right)
        while right > 0 {
            if right & 1 == 1 { result ^= left }
            left = left << 1 ^ (left & 0x80 == 0 ? 0 : 0x1D)
            right >>= 1
        }
        return result
    }

    /// (x − 1)(x − 2)(x − 4)…, so many factors, without its first coefficient, which is 1.
    private static func divisor(_ degree: Int) -> [UInt8] {
        var coefficients: [UInt8] = Array(repeating: 0, count: degree - 1) + [1]
        var root: UInt8 = 1
        for _ in 0..<degree {
            for place in coefficients.indices {
                coefficients[place] = Self.product(coefficients[place], root)
                if place + 1 < degree { coefficients[place] ^= coefficients[place + 1] }
            }
            root = Self.product(root, 2)
        }
        return coefficients
    }

    private static func remainder(of data: [UInt8], by divisor: [UInt8]) -> [UInt8] {
        var rest = [UInt8](repeating: 0, count: divisor.count)
        for byte in data {
            let factor = byte ^ rest.removeFirst()
            rest.append(0)
            for place in rest.indices { rest[place] ^= Self.product(divisor[place], factor) }
        }
        return rest
    }
}
