/// Where the value of a setting came from.
enum SettingOrigin: Equatable, CustomStringConvertible {
    case standard
    case file(path: String, line: Int)
    case environment(name: String)
    case flag(name: String)

    var description: String {
        switch self {
        case .standard: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let name): "environment \(name)"
        case .flag(let name): "flag \(name)"
        }
    }

    /// Where the setting called `name` was given, which a flag and a variable say already.
    func place(of name: String) -> String {
        switch self {
        case .standard, .file: "\(self): \(name)"
        case .environment, .flag: self.description
        }
    }
}

/// A configuration with the origin of each of its values.
struct LoadedConfiguration: Sendable {
    var configuration = Configuration()
    /// By name; what is not in here has its default.
    var origins: [String: SettingOrigin] = [:]

    func origin(of setting: Setting) -> SettingOrigin { self.origins[setting.name] ?? .standard }
}

/// Everything that is wrong with a configuration, each a sentence that says where.
struct ConfigurationErrors: Error, Equatable {
    /// A file that was never meant for Podo is wrong on every line: people see the beginning.
    static let reportedCountMax = 10

    var problems: [String] = []

    /// The problems as people see them, at most `reportedCountMax` and how many there are besides.
    var report: [String] {
        let more = self.problems.count - Self.reportedCountMax
        return self.problems.prefix(Self.reportedCountMax) + (more > 0 ? ["and \(more) more"] : [])
    }
}

/// Puts the configuration together: defaults, then the file, then the environment, then flags; the later one wins.
///
/// Never stops at the first error: whoever mends a configuration wants to see all of them at once. Values that a
/// later source overrides are checked too.
struct ConfigurationLoader {
    private let settings: [Setting]
    private var loaded = LoadedConfiguration()
    private var errors = ConfigurationErrors()

    private init(settings: [Setting]) { self.settings = settings }

    /// Reads the file that the flags name, if any.
    static func load(
        flags: CommandFlags, environment: [String: String]
    ) throws(ConfigurationErrors) -> LoadedConfiguration {
        guard let path = flags.configurationFile else {
            return try self.load(file: nil, environment: environment, flags: flags.settings)
        }
        let text: String
        do throws(FileReadError) {
            text = try FileReader.text(path, byteCountMax: ConfigurationFile.byteCountMax)
        } catch {
            throw ConfigurationErrors(problems: ["--config \(path): \(error.reason)"])
        }
        return try self.load(file: (path, text), environment: environment, flags: flags.settings)
    }

    static func load(
        file: (path: String, text: String)?, environment: [String: String], flags: [SettingText],
        settings: [Setting] = Setting.all
    ) throws(ConfigurationErrors) -> LoadedConfiguration {
        var loader = ConfigurationLoader(settings: settings)
        if let file { loader.apply(file: file.text, path: file.path) }
        loader.apply(environment: environment)
        for flag in flags { loader.apply(flag.name, flag.text, from: .flag(name: "--" + flag.name)) }
        loader.simulatePaymentsOfDemo()
        // Contradictions between values that are wrong themselves would only confuse.
        if loader.errors.problems.isEmpty { loader.checkContradictions() }
        guard loader.errors.problems.isEmpty else { throw loader.errors }
        return loader.loaded
    }

    /// Nobody pays for the show of a demo, unless it is said otherwise.
    private mutating func simulatePaymentsOfDemo() {
        let configuration = self.loaded.configuration
        let hasCompany = configuration.tossSecretKey != nil || configuration.stripeSecretKey != nil
        guard configuration.demo, !hasCompany, self.loaded.origins["payment-simulator"] == nil else { return }
        self.loaded.configuration.paymentSimulator = true
        self.loaded.origins["payment-simulator"] = self.loaded.origins["demo"]
    }

    private mutating func checkContradictions() {
        for found in self.loaded.configuration.contradictions() {
            let origin = self.loaded.origins[found.name] ?? .standard
            self.errors.problems.append("\(origin.place(of: found.name)): \(found.reason)")
        }
    }

    private mutating func apply(file text: String, path: String) {
        let file = ConfigurationFile(text)
        var lines: [String: Int] = [:]
        for (line, reason) in file.problems { self.errors.problems.append("\(path):\(line): \(reason)") }
        for entry in file.entries {
            let origin = SettingOrigin.file(path: path, line: entry.line)
            if let earlier = lines[entry.name] {
                self.errors.problems.append("\(origin): \(entry.name) was set on line \(earlier) already")
                continue
            }
            lines[entry.name] = entry.line
            self.apply(entry.name, entry.text, from: origin)
        }
    }

    private mutating func apply(environment: [String: String]) {
        let byName = Dictionary(uniqueKeysWithValues: self.settings.map { ($0.environmentName, $0) })
        for (name, text) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix(Setting.environmentPrefix) {
            if let setting = byName[name] {
                self.apply(setting.name, text, from: .environment(name: name))
            } else {
                let hint = Self.hint(for: name, among: Array(byName.keys))
                self.errors.problems.append("environment: \(name) is not a setting\(hint)")
            }
        }
    }

    private mutating func apply(_ name: String, _ text: String, from origin: SettingOrigin) {
        guard let setting = self.settings.first(where: { $0.name == name }) else {
            let hint = Self.hint(for: name, among: self.settings.map(\.name))
            self.errors.problems.append("\(origin): \(name) is not a setting\(hint)")
            return
        }
        if case .flag = origin, setting.isSecret {
            self.errors.problems.append(
                "\(origin): other users of the machine see flags; use \(setting.environmentName) or the file instead")
            return
        }
        do throws(SettingValueError) {
            try setting.apply(text, &self.loaded.configuration)
            self.loaded.origins[name] = origin
        } catch {
            let isShown = !setting.isSecret || error.isWithoutValue
            let reason = isShown ? error.reason : "the value is not of the right form"
            self.errors.problems.append("\(origin.place(of: name)): \(reason)")
        }
    }

    private static func hint(for name: String, among known: [String]) -> String {
        NearestWord.find(name, among: known.sorted()).map { "; did you mean \($0)?" } ?? ""
    }
}
