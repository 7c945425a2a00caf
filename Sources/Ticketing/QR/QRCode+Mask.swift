/// Masks, and how good one is (ISO/IEC 18004 §7.8).
extension QRCode {
    /// Turns over the fields of the text that the mask says.
    mutating func apply(_ mask: Int) {
        self.turnOver { row, column in
            switch mask {
            case 0: (row + column) % 2 == 0
            case 1: row % 2 == 0
            case 2: column % 3 == 0
            case 3: (row + column) % 3 == 0
            case 4: (row / 2 + column / 3) % 2 == 0
            case 5: row * column % 2 + row * column % 3 == 0
            case 6: (row * column % 2 + row * column % 3) % 2 == 0
            default: ((row + column) % 2 + row * column % 3) % 2 == 0
            }
        }
    }

    /// The less, the better it is read.
    var penalty: Int {
        var penalty = 0
        var darkCount = 0
        for line in 0..<self.side {
            let row = (0..<self.side).map { self.isDark(line, $0) }
            penalty += Self.penalty(of: row) + Self.penalty(of: (0..<self.side).map { self.isDark($0, line) })
            darkCount += row.count { $0 }
            guard line > 0 else { continue }
            for column in 1..<self.side {
                let isDark = row[column]
                if row[column - 1] == isDark, self.isDark(line - 1, column) == isDark,
                    self.isDark(line - 1, column - 1) == isDark
                {
                    penalty += 3
                }
            }
        }
        // Ten for each twentieth that it is away from half and half.
        let percent = darkCount * 100 / (self.side * self.side)
        return penalty + abs(percent - 50) / 5 * 10
    }

    /// Five fields alike or more, and what looks like the square in a corner.
    private static func penalty(of line: [Bool]) -> Int {
        var penalty = 0
        var run = 0
        for (place, isDark) in line.enumerated() {
            run = place > 0 && line[place - 1] == isDark ? run + 1 : 1
            if run == 5 { penalty += 3 } else if run > 5 { penalty += 1 }
        }
        for pattern in Self.finders where line.count >= pattern.count {
            for start in 0...(line.count - pattern.count)
            where line[start..<start + pattern.count].elementsEqual(pattern) { penalty += 40 }
        }
        return penalty
    }

    private static let finders: [[Bool]] = {
        let core = [true, false, true, true, true, false, true]
        let light = [Bool](repeating: false, count: 4)
        return [core + light, light + core]
    }()
}
