internal import HTTPServer

/// What the drafts of the catalogue read.
extension JSONObjectReader {
    /// One line with something in it.
    func line(_ name: String, lengthMax: Int, isRequired: Bool = true, about: StaticString = "") -> String? {
        guard
            let text = self.string(name, lengthMin: 1, lengthMax: lengthMax, isRequired: isRequired, about: about)
        else { return nil }
        let scalars = text.unicodeScalars
        guard !scalars.contains(where: { $0.properties.generalCategory == .control }) else {
            self.fail(name, "not-a-line", "one line without control characters")
            return nil
        }
        guard scalars.contains(where: { !$0.properties.isWhitespace }) else {
            self.fail(name, "blank", "something other than spaces")
            return nil
        }
        return text
    }

    /// Any number of lines, or none. The database has no place for NUL.
    func lines(_ name: String, lengthMax: Int, isRequired: Bool = false, about: StaticString = "") -> String? {
        guard let text = self.string(name, lengthMax: lengthMax, isRequired: isRequired, about: about) else {
            return nil
        }
        let isAllowed = text.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control || $0 == "\n" || $0 == "\t" || $0 == "\r"
        }
        if isAllowed { return text }
        self.fail(name, "control-character", "no control characters but line ends and tabs")
        return nil
    }

    /// `[from, to]`, both included, both counted from 1.
    func range(_ name: String, isRequired: Bool = true, about: StaticString = "") -> ClosedRange<Int>? {
        let sides = 1...Int64(CatalogueLimits.sideLengthMax)
        guard let ends = self.integers(name, in: sides, countMax: 2, isRequired: isRequired, about: about) else {
            return nil
        }
        guard ends.count == 2, ends[0] <= ends[1] else {
            self.fail(name, "not-a-range", "[first, last], counted from 1")
            return nil
        }
        return Int(ends[0])...Int(ends[1])
    }

    /// A name of the IANA's list; whether there is such a zone is for the database to say.
    func timeZone(_ name: String, about: StaticString = "A time zone by its IANA name: Asia/Seoul.") -> String? {
        guard let text = self.string(name, lengthMin: 1, lengthMax: 64, isRequired: false, about: about) else {
            return nil
        }
        let isPlain = text.utf8.allSatisfy { (33...126).contains($0) }
        if isPlain { return text }
        self.fail(name, "unknown-time-zone", "a name like Asia/Seoul")
        return nil
    }

    func member(_ name: String, isRequired: Bool, about: StaticString = "") -> Int64? {
        self.integer(name, in: 1...CatalogueNumber.max, isRequired: isRequired, about: about)
    }
}

/// Numbers of what is in the catalogue, and of members.
enum CatalogueNumber {
    /// Programs that know no larger whole numbers read these right.
    static let max: Int64 = 1 << 53 - 1
}

extension HTTPProblem.FieldError {
    /// What is wrong with a field named as in JSON: `grades/1/rows`.
    init(_ place: String, _ code: StaticString, _ detail: String) {
        self.init(pointer: "/" + place, code: code, detail: detail)
    }
}
