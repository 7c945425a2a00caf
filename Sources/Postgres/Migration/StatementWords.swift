/// The first word of every statement in a text of SQL, found without understanding more of it than where statements
/// end: strings, names in quotes and comments are passed over, and bodies of functions, in dollars or `BEGIN ATOMIC`.
struct StatementWords {
    private let bytes: [UInt8]
    private var place = 0

    private init(_ sql: String) { self.bytes = Array(sql.utf8) }

    /// In capital letters.
    static func first(in sql: String) -> [String] {
        var reader = StatementWords(sql)
        var found: [String] = []
        var isFirst = true
        // Of BEGIN and CASE in the body of a function.
        var depth = 0
        var last = ""
        while let token = reader.next() {
            defer { last = token }
            switch token {
            case ";" where depth == 0: isFirst = true
            case "ATOMIC" where last == "BEGIN" && !isFirst, "CASE" where depth > 0: depth += 1
            case "END" where depth > 0: depth -= 1
            case _ where isFirst:
                found.append(token)
                isFirst = false
            default: break
            }
        }
        return found
    }

    /// A word in capital letters, or one other character that counts.
    private mutating func next() -> String? {
        while self.place < self.bytes.count {
            let byte = self.bytes[self.place]
            switch byte {
            case UInt8(ascii: "-") where self.peek(1) == UInt8(ascii: "-"): self.skip { $0 != UInt8(ascii: "\n") }
            case UInt8(ascii: "/") where self.peek(1) == UInt8(ascii: "*"): self.skipComment()
            case UInt8(ascii: "'"): self.skipQuoted(byte, escapes: self.isEscapeString)
            case UInt8(ascii: "\""): self.skipQuoted(byte, escapes: false)
            case UInt8(ascii: "$") where self.skipDollarQuoted(): break
            case _ where Self.isLetter(byte): return self.word()
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"), UInt8(ascii: "\r"): self.place += 1
            default:
                self.place += 1
                return String(UnicodeScalar(byte))
            }
        }
        return nil
    }

    private func peek(_ distance: Int) -> UInt8? {
        self.place + distance < self.bytes.count ? self.bytes[self.place + distance] : nil
    }

    private mutating func skip(while isPart: (UInt8) -> Bool) {
        while self.place < self.bytes.count, isPart(self.bytes[self.place]) { self.place += 1 }
    }

    private mutating func word() -> String {
        let start = self.place
        self.skip { Self.isLetter($0) || Self.isDigit($0) || $0 == UInt8(ascii: "$") }
        return String(decoding: self.bytes[start..<self.place], as: UTF8.self).uppercased()
    }

    /// Comments may stand in comments.
    private mutating func skipComment() {
        var depth = 0
        repeat {
            switch (self.bytes[self.place], self.peek(1)) {
            case (UInt8(ascii: "/"), UInt8(ascii: "*")): (depth, self.place) = (depth + 1, self.place + 2)
            case (UInt8(ascii: "*"), UInt8(ascii: "/")): (depth, self.place) = (depth - 1, self.place + 2)
            default: self.place += 1
            }
        } while depth > 0 && self.place < self.bytes.count
    }

    /// `E'…'`, in which a backslash takes the quote its meaning.
    private var isEscapeString: Bool {
        guard self.place > 0, self.bytes[self.place - 1] | 0x20 == UInt8(ascii: "e") else { return false }
        return self.place == 1
            || !Self.isLetter(self.bytes[self.place - 2]) && !Self.isDigit(self.bytes[self.place - 2])
    }

    private mutating func skipQuoted(_ quote: UInt8, escapes: Bool) {
        self.place += 1
        while self.place < self.bytes.count, self.bytes[self.place] != quote {
            self.place += escapes && self.bytes[self.place] == UInt8(ascii: "\\") ? 2 : 1
        }
        // Two quotes in a string stand for one; they end it here and begin the next, which comes to the same.
        self.place += 1
    }

    /// `$tag$ … $tag$`; false for what is none.
    private mutating func skipDollarQuoted() -> Bool {
        var end = self.place + 1
        while end < self.bytes.count, Self.isLetter(self.bytes[end]) || Self.isDigit(self.bytes[end]) { end += 1 }
        guard end < self.bytes.count, self.bytes[end] == UInt8(ascii: "$") else { return false }
        let tag = self.bytes[self.place...end]
        self.place = end + 1
        while self.place < self.bytes.count, !self.bytes[self.place...].starts(with: tag) { self.place += 1 }
        self.place += tag.count
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte & 0xDF) || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
