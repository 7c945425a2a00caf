import Testing

@testable import podo

@Suite struct ConfigurationPrinterTests {
    @Test("what is printed is a file that gives the same configuration")
    func isAFile() throws {
        let environment = [
            "PODO_HTTP_LISTEN": "*:80,[::1]:81", "PODO_DRAIN_TIME": "1500ms", "PODO_WEB_DIR": "a \"b\" #c",
        ]
        let loaded = try ConfigurationLoader.load(file: nil, environment: environment, flags: [])
        let printed = ConfigurationPrinter.text(loaded)
        let again = try ConfigurationLoader.load(file: ("printed", printed), environment: [:], flags: [])
        for setting in Setting.all {
            #expect(setting.text(again.configuration) == setting.text(loaded.configuration), "\(setting.name)")
        }
        #expect(again.configuration.webDirectory == "a \"b\" #c")
    }

    @Test("each value stands with its origin")
    func origins() throws {
        let loaded = try ConfigurationLoader.load(
            file: ("f.conf", "\nloops = 2"), environment: ["PODO_LOG_LEVEL": "debug"],
            flags: [SettingText(name: "data-dir", text: "d")])
        let lines = ConfigurationPrinter.text(loaded).split(separator: "\n")
        func line(_ start: String) -> Substring? { lines.first { $0.hasPrefix(start) } }
        #expect(line("loops = \"2\" ")?.hasSuffix("  # f.conf:2") == true)
        #expect(line("log-level = \"debug\" ")?.hasSuffix("  # environment PODO_LOG_LEVEL") == true)
        #expect(line("data-dir = \"d\" ")?.hasSuffix("  # flag --data-dir") == true)
        #expect(line("drain-delay = \"0s\" ")?.hasSuffix("  # default") == true)
    }

    @Test("a secret is never printed, nor quoted in an error")
    func secrets() throws {
        let secret = Setting("password", \.publicURL, .optional(.origin), isSecret: true, "A secret.")
        let loaded = try ConfigurationLoader.load(
            file: nil, environment: ["PODO_PASSWORD": "https://hunter2"], flags: [], settings: [secret])
        let printed = ConfigurationPrinter.text(loaded, settings: [secret])
        #expect(printed == "# password is set, and hidden  # environment PODO_PASSWORD")
        let reason = "environment PODO_PASSWORD: the value is not of the right form"
        #expect(throws: ConfigurationErrors(problems: [reason])) {
            try ConfigurationLoader.load(
                file: nil, environment: ["PODO_PASSWORD": "hunter2"], flags: [], settings: [secret])
        }
    }

    @Test("a secret is refused as a flag, and what to do instead is said")
    func secretFlag() {
        let reason =
            "flag --stream-keys: other users of the machine see flags; use PODO_STREAM_KEYS or the file instead"
        #expect(throws: ConfigurationErrors(problems: [reason])) {
            try ConfigurationLoader.load(
                file: nil, environment: [:],
                flags: [SettingText(name: "stream-keys", text: "main=0123456789abcdef")])
        }
    }
}
