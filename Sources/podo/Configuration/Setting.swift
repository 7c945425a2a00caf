/// One row of the settings table: parsing, help, `config print` and docs/CONFIGURATION.md are all made from it.
struct Setting: Sendable {
    /// The key in a file; the flag is `--name`, the environment variable `PODO_NAME` with underscores.
    let name: String
    let help: String
    let placeholder: String
    let defaultText: String
    /// True for a boolean: its flag needs no value.
    let isSwitch: Bool
    /// Its value is never shown.
    let isSecret: Bool
    /// Puts the value that a text stands for into the configuration.
    let apply: @Sendable (_ text: String, _ configuration: inout Configuration) throws(SettingValueError) -> Void
    /// The value in the form that `apply` reads.
    let text: @Sendable (Configuration) -> String

    /// `defaultNote` explains a default that is found out at run time.
    init<Value: Sendable>(
        _ name: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, _ kind: SettingKind<Value>,
        isSecret: Bool = false, defaultNote: String? = nil, _ help: String
    ) {
        self.name = name
        self.help = help
        self.placeholder = kind.placeholder
        let initial = kind.format(Configuration()[keyPath: path])
        self.defaultText = defaultNote ?? (initial.isEmpty ? "none" : initial)
        self.isSwitch = Value.self == Bool.self
        self.isSecret = isSecret
        self.apply = { text, configuration throws(SettingValueError) in
            configuration[keyPath: path] = try kind.parse(text)
        }
        self.text = { kind.format($0[keyPath: path]) }
    }

    var flag: String { "--" + self.name }

    var environmentName: String {
        Self.environmentPrefix + String(self.name.uppercased().map { $0 == "-" ? "_" : $0 })
    }

    static let environmentPrefix = "PODO_"
}
