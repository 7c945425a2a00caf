/// A field of a table for spreadsheets (RFC 4180).
package enum CSVField {
    /// What others wrote, in quotes: it never ends its field, and never begins what a spreadsheet would take for a
    /// formula.
    package static func quoted(_ text: String) -> String {
        guard let first = text.utf8.first else { return "" }
        var result = "\""
        if [UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 9, 13].contains(first) {
            result += "'"
        }
        for character in text.unicodeScalars {
            if character == "\"" { result += "\"" }
            result.unicodeScalars.append(character)
        }
        return result + "\""
    }
}
