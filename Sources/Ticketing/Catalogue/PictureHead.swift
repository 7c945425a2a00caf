/// What a picture's first bytes say it is, read before anybody decodes it: a small file can be a huge picture.
struct PictureHead: Equatable, Sendable {
    enum Format: Equatable, Sendable { case jpeg, png }

    let format: Format
    let width: Int
    let height: Int

    /// Nil for what is neither, or tells no size.
    init?(_ bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
            // Length and name of the first chunk, then the sides (PNG §11.2.1).
            guard bytes.count >= 24, Array(bytes[12..<16]) == Array("IHDR".utf8) else { return nil }
            self.init(.png, Self.number(bytes[16..<20]), Self.number(bytes[20..<24]))
        } else if bytes.starts(with: [0xff, 0xd8, 0xff]) {
            self.init(jpeg: bytes)
        } else {
            return nil
        }
    }

    private init?(_ format: Format, _ width: Int, _ height: Int) {
        guard width > 0, height > 0 else { return nil }
        self.format = format
        self.width = width
        self.height = height
    }

    /// Walks over the segments up to the one that begins a frame (ISO/IEC 10918-1 §B.2.2).
    private init?(jpeg bytes: [UInt8]) {
        var index = 2
        while index + 4 <= bytes.count, bytes[index] == 0xff {
            let marker = bytes[index + 1]
            // Fill bytes may stand before a marker.
            if marker == 0xff {
                index += 1
                continue
            }
            let length = Self.number(bytes[(index + 2)..<(index + 4)])
            guard length >= 2 else { return nil }
            let isFrame = (0xc0...0xcf).contains(marker) && ![0xc4, 0xc8, 0xcc].contains(marker)
            if isFrame {
                guard length >= 8, index + 9 <= bytes.count else { return nil }
                self.init(
                    .jpeg, Self.number(bytes[(index + 7)..<(index + 9)]), Self.number(bytes[(index + 5)..<(index + 7)]))
                return
            }
            // The scan, or the end: no frame came before it.
            if marker == 0xda || marker == 0xd9 { return nil }
            index += 2 + length
        }
        return nil
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
