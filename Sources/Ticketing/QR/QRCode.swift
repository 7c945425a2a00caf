/// A QR code (ISO/IEC 18004) of bytes: a square of dark and light fields that cameras read.
struct QRCode: Equatable, Sendable {
    /// The longest text that any of the sizes holds.
    static let byteCountMax = QRVersion.all.last?.byteCountMax ?? 0

    private(set) var side: Int
    private var dark: [Bool]
    /// Fields that are the same for every text of this size, and say nothing of it.
    private var isFixed: [Bool]

    /// Nil for what is too long.
    init?(_ text: [UInt8]) {
        guard let version = QRVersion.fitting(byteCount: text.count) else { return nil }
        self.side = version.side
        self.dark = Array(repeating: false, count: version.side * version.side)
        self.isFixed = self.dark
        self.drawPatterns(of: version)
        self.draw(QRCodewords.of(text, version))
        // Of eight masks, the one that leaves the fewest shapes that readers would stumble over.
        let plain = self
        var least = Int.max
        for mask in 0..<8 {
            var candidate = plain
            candidate.apply(mask)
            candidate.drawFormat(mask)
            let penalty = candidate.penalty
            guard penalty < least else { continue }
            least = penalty
            self = candidate
        }
    }

    /// Rows and columns are counted from 0, from the upper left.
    func isDark(_ row: Int, _ column: Int) -> Bool { self.dark[row * self.side + column] }

    // MARK: What is there for every text

    private mutating func fix(_ row: Int, _ column: Int, _ isDark: Bool) {
        self.dark[row * self.side + column] = isDark
        self.isFixed[row * self.side + column] = true
    }

    private mutating func drawPatterns(of version: QRVersion) {
        for place in 0..<self.side {
            self.fix(6, place, place % 2 == 0)
            self.fix(place, 6, place % 2 == 0)
        }
        let far = self.side - 4
        for (row, column) in [(3, 3), (3, far), (far, 3)] { self.drawFinder(row, column) }
        let places = version.alignments
        for row in places {
            for column in places {
                // In three corners there is a larger square already.
                let ends = [places.first, places.last]
                let isFinder =
                    (row == 6 && ends.contains(column)) || (column == 6 && ends.contains(row))
                if !isFinder { self.drawAlignment(row, column) }
            }
        }
        // Its place is kept; what stands there depends on the mask.
        self.drawFormat(0)
        if version.number >= 7 { self.drawVersion(version.number) }
    }

    /// A square in a ring, with a light ring around it as far as that is within the code.
    private mutating func drawFinder(_ row: Int, _ column: Int) {
        for down in -4...4 {
            for right in -4...4 {
                let (row, column) = (row + down, column + right)
                guard (0..<self.side).contains(row), (0..<self.side).contains(column) else { continue }
                let distance = max(abs(down), abs(right))
                self.fix(row, column, distance != 2 && distance != 4)
            }
        }
    }

    private mutating func drawAlignment(_ row: Int, _ column: Int) {
        for down in -2...2 {
            for right in -2...2 { self.fix(row + down, column + right, max(abs(down), abs(right)) != 1) }
        }
    }

    /// Which mask and which level, twice, in fifteen bits that mend themselves (§7.9).
    private mutating func drawFormat(_ mask: Int) {
        // Level M is 00.
        let bits = Self.mended(mask, by: 0b101_0011_0111, degree: 10) ^ 0b101_0100_0001_0010
        func isDark(_ place: Int) -> Bool { bits >> place & 1 == 1 }
        for place in 0...5 { self.fix(place, 8, isDark(place)) }
        self.fix(7, 8, isDark(6))
        self.fix(8, 8, isDark(7))
        self.fix(8, 7, isDark(8))
        for place in 9...14 { self.fix(8, 14 - place, isDark(place)) }
        for place in 0...7 { self.fix(8, self.side - 1 - place, isDark(place)) }
        for place in 8...14 { self.fix(self.side - 15 + place, 8, isDark(place)) }
        self.fix(self.side - 8, 8, true)
    }

    /// The number of the version, twice (§7.10).
    private mutating func drawVersion(_ number: Int) {
        let bits = Self.mended(number, by: 0b1_1111_0010_0101, degree: 12)
        for place in 0..<18 {
            let (near, far) = (place / 3, self.side - 11 + place % 3)
            self.fix(near, far, bits >> place & 1 == 1)
            self.fix(far, near, bits >> place & 1 == 1)
        }
    }

    /// A value with the remainder of its division by a polynomial behind it.
    private static func mended(_ value: Int, by divisor: Int, degree: Int) -> Int {
        var rest = value << degree
        for place in stride(from: rest.bitWidth - rest.leadingZeroBitCount - 1, through: degree, by: -1)
        where rest >> place & 1 == 1 { rest ^= divisor << (place - degree) }
        return value << degree | rest
    }

    // MARK: The text

    /// Turns over what belongs to the text.
    mutating func turnOver(where isTurned: (_ row: Int, _ column: Int) -> Bool) {
        for row in 0..<self.side {
            for column in 0..<self.side where !self.isFixed[row * self.side + column] && isTurned(row, column) {
                self.dark[row * self.side + column].toggle()
            }
        }
    }

    /// Up and down in columns of two, from the lower right, around what is fixed (§7.7.3).
    private mutating func draw(_ bytes: [UInt8]) {
        var place = 0
        var isUp = true
        var right = self.side - 1
        while right > 0 {
            // The column of the timing pattern is passed over.
            if right == 6 { right = 5 }
            for step in 0..<self.side {
                let row = isUp ? self.side - 1 - step : step
                for column in [right, right - 1] where !self.isFixed[row * self.side + column] {
                    // What is left over at the end stays light.
                    guard place < bytes.count * 8 else { continue }
                    self.dark[row * self.side + column] = bytes[place / 8] >> (7 - place % 8) & 1 == 1
                    place += 1
                }
            }
            isUp.toggle()
            right -= 2
        }
    }
}
