/// The sizes of codes that are made here, with the middle of the four levels of error correction (M: about 15 in 100
/// of what is read may be wrong). Numbers are those of ISO/IEC 18004, tables 7, 9 and E.1.
struct QRVersion: Sendable {
    let number: Int
    /// Bytes that mend each block.
    let mendingCount: Int
    /// How many bytes of data each block has: the shorter blocks first.
    let blocks: [Int]
    /// Where squares are that readers find the grid by, in both directions.
    let alignments: [Int]

    var side: Int { 17 + 4 * self.number }
    var dataCount: Int { self.blocks.reduce(0, +) }

    /// Bits that say how many bytes follow.
    var countBitCount: Int { self.number < 10 ? 8 : 16 }

    /// Bytes of a text that fit: four bits say that bytes come, and then how many.
    var byteCountMax: Int { (self.dataCount * 8 - 4 - self.countBitCount) / 8 }

    /// The smallest that so many bytes fit into; nil when they fit into none.
    static func fitting(byteCount: Int) -> QRVersion? { self.all.first { byteCount <= $0.byteCountMax } }

    static let all: [QRVersion] = [
        QRVersion(number: 1, mendingCount: 10, blocks: [16], alignments: []),
        QRVersion(number: 2, mendingCount: 16, blocks: [28], alignments: [6, 18]),
        QRVersion(number: 3, mendingCount: 26, blocks: [44], alignments: [6, 22]),
        QRVersion(number: 4, mendingCount: 18, blocks: [32, 32], alignments: [6, 26]),
        QRVersion(number: 5, mendingCount: 24, blocks: [43, 43], alignments: [6, 30]),
        QRVersion(number: 6, mendingCount: 16, blocks: [27, 27, 27, 27], alignments: [6, 34]),
        QRVersion(number: 7, mendingCount: 18, blocks: [31, 31, 31, 31], alignments: [6, 22, 38]),
        QRVersion(number: 8, mendingCount: 22, blocks: [38, 38, 39, 39], alignments: [6, 24, 42]),
        QRVersion(number: 9, mendingCount: 22, blocks: [36, 36, 36, 37, 37], alignments: [6, 26, 46]),
        QRVersion(number: 10, mendingCount: 26, blocks: [43, 43, 43, 43, 44], alignments: [6, 28, 50]),
    ]
}
