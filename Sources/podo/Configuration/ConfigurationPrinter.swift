/// The output of `podo config print`: a file that says the same, with the origin of each value beside it.
enum ConfigurationPrinter {
    static func text(_ loaded: LoadedConfiguration, settings: [Setting] = Setting.all) -> String {
        let rows = settings.map { setting in
            (line: self.line(setting, loaded), origin: loaded.origin(of: setting).description)
        }
        let width = min(rows.map(\.line.count).max() ?? 0, self.originColumnMax)
        return rows.map { row in
            row.line + String(repeating: " ", count: max(0, width - row.line.count)) + "  # " + row.origin
        }.joined(separator: "\n")
    }

    private static let originColumnMax = 60

    /// A secret is a comment: a file made of the output must not set it to what hides it.
    private static func line(_ setting: Setting, _ loaded: LoadedConfiguration) -> String {
        let text = setting.text(loaded.configuration)
        if setting.isSecret { return "# \(setting.name) is \(text.isEmpty ? "not set" : "set, and hidden")" }
        return "\(setting.name) = \(ConfigurationFile.quote(text))"
    }
}
