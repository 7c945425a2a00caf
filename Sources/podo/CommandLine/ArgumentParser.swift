/// Takes a command line apart: `podo <command> [--flag value | --flag=value] …`.
///
/// Every setting is a flag of every command. A boolean flag without a value means true. Whatever is not known is
/// refused with the nearest thing that is.
struct ArgumentParser {
    private var rest: ArraySlice<String>
    private let settings: [Setting]

    private init(_ arguments: [String], settings: [Setting]) {
        self.rest = arguments[...]
        self.settings = settings
    }

    static func parse(_ arguments: [String], settings: [Setting] = Setting.all) throws(UsageError) -> Invocation {
        var parser = ArgumentParser(arguments, settings: settings)
        return try parser.parse()
    }

    private mutating func parse() throws(UsageError) -> Invocation {
        guard let first = self.rest.first else {
            throw UsageError(message: "a command is missing; podo --help lists them")
        }
        switch first {
        case "--help", "-h": return .help(nil)
        case "help":
            // `podo help serve` is `podo serve --help`.
            self.rest = self.rest.dropFirst() + ["--help"]
            return try self.parse()
        case "--version", "version": return .version
        default: break
        }
        let followers = CommandName.allCases.filter { $0.words.count > 1 && $0.words[0] == first }
        if !followers.isEmpty, let second = self.rest.dropFirst().first, second == "--help" || second == "-h" {
            return .help(followers.count == 1 ? followers[0] : nil)
        }
        let command = try self.parseCommand(followers)
        return try self.parseFlags(of: command)
    }

    /// `followers` are the commands of two words that begin with the first one.
    private mutating func parseCommand(_ followers: [CommandName]) throws(UsageError) -> CommandName {
        for command in CommandName.allCases where self.rest.starts(with: command.words) {
            self.rest = self.rest.dropFirst(command.words.count)
            return command
        }
        let first = self.rest.first ?? ""
        if !followers.isEmpty {
            let names = followers.map { "podo \($0.rawValue)" }.joined(separator: ", ")
            throw UsageError(message: "\"\(first)\" needs a second word: \(names)")
        }
        let known = CommandName.allCases.map(\.rawValue) + ["help", "version", "--help", "--version"]
        throw UsageError(
            message: "\"\(first)\" is not a command" + Self.hint(for: first, among: known, else: "podo --help"))
    }

    private mutating func parseFlags(of command: CommandName) throws(UsageError) -> Invocation {
        var flags = CommandFlags()
        while let argument = self.rest.popFirst() {
            if argument == "--help" || argument == "-h" { return .help(command) }
            if !argument.hasPrefix("--"), command.operand != nil, flags.operand == nil {
                flags.operand = argument
                continue
            }
            guard argument.hasPrefix("--") else {
                throw UsageError(message: "podo \(command.rawValue) takes no argument \"\(argument)\"")
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            let value = parts.count > 1 ? String(parts[1]) : nil
            if name == "config" {
                guard flags.configurationFile == nil else { throw UsageError(message: "--config is given twice") }
                flags.configurationFile = try self.value(of: name, value)
            } else {
                flags.settings.append(try self.parseSetting(name, value, of: command, after: flags.settings))
            }
        }
        if let operand = command.operand, flags.operand == nil {
            throw UsageError(message: "podo \(command.rawValue) needs \(operand); see podo \(command.rawValue) --help")
        }
        return .run(command, flags)
    }

    private mutating func parseSetting(
        _ name: String, _ value: String?, of command: CommandName, after earlier: [SettingText]
    ) throws(UsageError) -> SettingText {
        guard let setting = self.settings.first(where: { $0.name == name }) else {
            let known = self.settings.map(\.flag) + ["--config", "--help"]
            let hint = Self.hint(for: "--" + name, among: known, else: "podo \(command.rawValue) --help")
            throw UsageError(message: "--\(name) is not a flag of podo \(command.rawValue)" + hint)
        }
        guard !earlier.contains(where: { $0.name == name }) else {
            throw UsageError(message: "\(setting.flag) is given twice")
        }
        if setting.isSwitch, value == nil { return SettingText(name: name, text: "true") }
        return SettingText(name: name, text: try self.value(of: name, value))
    }

    /// The value behind `=`, or else the next argument.
    private mutating func value(of name: String, _ given: String?) throws(UsageError) -> String {
        if let given { return given }
        guard let next = self.rest.first, !next.hasPrefix("--") else {
            throw UsageError(message: "--\(name) needs a value")
        }
        self.rest = self.rest.dropFirst()
        return next
    }

    private static func hint(for word: String, among known: [String], else help: String) -> String {
        if let nearest = NearestWord.find(word, among: known) { return "; did you mean \(nearest)?" }
        return "; see \(help)"
    }
}
