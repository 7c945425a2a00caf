/// docs/CONFIGURATION.md; a test compares the file with this.
enum SettingsDocument {
    static func markdown(settings: [Setting] = Setting.all) -> String {
        let rows = settings.map { setting in
            "| `\(setting.name)` | `\(setting.environmentName)` | \(setting.defaultText) | \(setting.help) |"
        }
        return """
            # Configuration

            A setting comes from its default, then the file given with `--config FILE`, then the environment, then
            a flag (`--name value` or `--name=value`); the later one wins. Unknown names are errors in all three
            places, and all errors are reported together. `podo config print` shows what came out and from where.

            The file has one `name = value` per line and `#` comments. A text may stand in double quotes, with
            `\\"` and `\\\\` inside. Lists are separated by commas. Times need a unit (`500ms`, `30s`, `5m`, `1h`),
            and so do sizes (`512B`, `64KiB`, `4MiB`, `1GiB`). An empty value means none where there can be none.
            Relative paths begin in the directory that Podo was started in.

            | name | environment | default | |
            |---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }
}
