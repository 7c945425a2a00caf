/// The texts of `podo --help` and `podo <command> --help`, made from the tables.
enum HelpText {
    static func overview() -> String {
        let width = CommandName.allCases.map { self.usage(of: $0).count }.max() ?? 0
        let commands = CommandName.allCases.map { "  \(self.padded(self.usage(of: $0), width))  \($0.summary)" }
        return """
            Podo sells tickets for live concerts and streams them, in one program.

            Usage: podo <command> [--config FILE] [flags]

            Commands:
            \(commands.joined(separator: "\n"))

              podo help <command>   flags and settings of a command, like podo <command> --help
              podo version          the version, like podo --version

            Exit codes:
              0  done
              1  failed
              2  the command line or the configuration is wrong
              3  serve cut off requests or publishers when it was told to end
            """
    }

    static func command(_ command: CommandName, settings: [Setting] = Setting.all) -> String {
        """
        Usage: podo \(self.usage(of: command)) [--config FILE] [flags]

        \(command.summary)
        \(command == .serve ? self.signals : "")
        A setting comes from its default, then the file given with --config, then the environment, then a flag;
        the later one wins. The file has one "name = value" per line; names are those of the flags without dashes
        in front, text may stand in double quotes, and # begins a comment. Whatever is unknown is an error.

        Flags:
          --config FILE
              Read settings from FILE first.
        \(settings.map(self.lines(of:)).joined(separator: "\n"))

        Exit codes:
        \(self.exitCodes(of: command))
        """
    }

    private static func usage(of command: CommandName) -> String {
        command.operand.map { "\(command.rawValue) \($0)" } ?? command.rawValue
    }

    private static let signals = """

        Signals:
          SIGTERM, SIGINT  /readyz says 503, requests and publishers end, then it does; a second one ends it at once
          SIGHUP           certificate, root secret and pages are read again; a changed setting needs a restart

        """

    private static func exitCodes(of command: CommandName) -> String {
        let lines =
            switch command {
            case .serve:
                [
                    "0  it was told to end; every running request was answered, every publisher ended or was told why",
                    "1  it could not start, or a second signal ended it at once",
                    "2  the command line or the configuration is wrong",
                    "3  it was told to end, and requests or publishers still there after drain-time were cut off",
                ]
            case .migrate:
                [
                    "0  the database has the schema of this Podo",
                    "1  it has not: it cannot be reached, a migration failed, or it is of a newer Podo",
                    "2  the command line or the configuration is wrong",
                ]
            case .keysRotate:
                [
                    "0  the secret file has one more secret, which is used when Podo reads it again",
                    "1  nothing has changed: there is no such file, it cannot be written, or it has too many already",
                    "2  the command line or the configuration is wrong",
                ]
            case .memberPromote, .memberDemote, .memberLock, .memberUnlock, .memberSignOutEverybody, .memberErasures,
                .memberErase, .streamKeyMake:
                [
                    "0  done",
                    "1  it is not done: the database cannot be reached, or has no such member",
                    "2  the command line or the configuration is wrong",
                ]
            case .doctor:
                [
                    "0  nothing must be mended; there may be warnings",
                    "1  something must be mended",
                    "2  the command line or the configuration is wrong",
                ]
            case .configPrint, .openapi:
                [
                    "0  everything is printed",
                    "1  standard output could not be written",
                    "2  the command line or the configuration is wrong",
                ]
            }
        return lines.map { "  " + $0 }.joined(separator: "\n")
    }

    private static func lines(of setting: Setting) -> String {
        """
          \(setting.isSecret ? setting.name : setting.flag) \(setting.placeholder)   \(setting.environmentName)
              \(setting.help)
              Default: \(setting.defaultText).
        """
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
