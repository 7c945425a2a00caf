/// The lines of a configuration file, `name = value` each; nothing is known here of what names exist.
///
/// A value is the rest of the line up to a ` #` comment, or a text in double quotes where `\"` and `\\` stand for
/// themselves. A file with its texts in quotes is TOML, so that editors colour it.
struct ConfigurationFile {
    static let byteCountMax = 1024 * 1024

    struct Entry: Equatable {
        let name: String
        let text: String
        let line: Int
    }

    private(set) var entries: [Entry] = []
    private(set) var problems: [(line: Int, reason: String)] = []

    init(_ text: String) {
        // A carriage return with its line feed is one `Character`.
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (index, line) in lines.enumerated() {
            self.read(SettingText.trimmed(String(line)), number: index + 1)
        }
    }

    private mutating func read(_ line: String, number: Int) {
        guard !line.isEmpty, !line.hasPrefix("#") else { return }
        guard let equals = line.firstIndex(of: "=") else {
            self.problems.append((number, "is not of the form \"name = value\""))
            return
        }
        let name = SettingText.trimmed(String(line[..<equals]))
        let rest = SettingText.trimmed(String(line[line.index(after: equals)...]))
        do throws(SettingValueError) {
            let text = rest.hasPrefix("\"") ? try Self.quoted(rest) : Self.bare(rest)
            self.entries.append(Entry(name: name, text: text, line: number))
        } catch {
            self.problems.append((number, error.reason))
        }
    }

    private static func bare(_ text: String) -> String {
        var previous: Character = " "
        for index in text.indices {
            if text[index] == "#", previous == " " || previous == "\t" {
                return SettingText.trimmed(String(text[..<index]))
            }
            previous = text[index]
        }
        return text
    }

    private static func quoted(_ text: String) throws(SettingValueError) -> String {
        var value = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            switch character {
            case "\"":
                let behind = SettingText.trimmed(String(rest))
                guard behind.isEmpty || behind.hasPrefix("#") else {
                    throw SettingValueError("something stands behind the closing quote")
                }
                return value
            case "\\":
                guard let escaped = rest.popFirst(), escaped == "\"" || escaped == "\\" else {
                    throw SettingValueError("within quotes, a backslash goes before a quote or a backslash only")
                }
                value.append(escaped)
            default:
                value.append(character)
            }
        }
        throw SettingValueError("the closing quote is missing")
    }

    /// A text as it can stand in a file.
    static func quote(_ text: String) -> String {
        "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
    }
}
