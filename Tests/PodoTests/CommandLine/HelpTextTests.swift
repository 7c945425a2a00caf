import Testing

@testable import podo

@Suite struct HelpTextTests {
    @Test("the overview names every command", arguments: CommandName.allCases)
    func overview(_ command: CommandName) {
        let usage = command.operand.map { "\(command.rawValue) \($0)" } ?? command.rawValue
        #expect(HelpText.overview().contains("  \(usage)  "))
        #expect(HelpText.command(command).hasPrefix("Usage: podo \(usage) [--config FILE]"))
        #expect(HelpText.overview().contains(command.summary))
    }

    @Test("the help of every command lists every setting with flag, variable and default", arguments: Setting.all)
    func listsSetting(_ setting: Setting) {
        for command in CommandName.allCases {
            let text = HelpText.command(command)
            // A secret is no flag.
            let name = setting.isSecret ? setting.name : setting.flag
            #expect(text.contains("\n  \(name) \(setting.placeholder)   \(setting.environmentName)\n"))
            #expect(text.contains("Default: \(setting.defaultText).\n"))
        }
    }

    @Test(
        "each command explains its own exit codes",
        arguments: [
            (CommandName.serve, [0, 1, 2, 3]), (.doctor, [0, 1, 2]), (.migrate, [0, 1, 2]), (.configPrint, [0, 1, 2]),
            (.openapi, [0, 1, 2]),
            (.memberPromote, [0, 1, 2]), (.memberLock, [0, 1, 2]), (.streamKeyMake, [0, 1, 2]),
            (.keysRotate, [0, 1, 2]),
        ])
    func ownExitCodes(_ command: CommandName, _ codes: [Int]) {
        let text = HelpText.command(command)
        for code in 0...3 { #expect(text.contains("\n  \(code)  ") == codes.contains(code)) }
        #expect(text.contains("drain-time were cut off") == (command == .serve))
    }

    @Test("exit codes are explained")
    func exitCodes() {
        for code in [
            PodoCommand.Exit.done, PodoCommand.Exit.failed, PodoCommand.Exit.misused, PodoCommand.Exit.cutOff,
        ] {
            #expect(HelpText.overview().contains("\n  \(code)  "))
        }
    }

    @Test("lines fit a terminal", arguments: CommandName.allCases)
    func width(_ command: CommandName) {
        for line in (HelpText.overview() + "\n" + HelpText.command(command)).split(separator: "\n") {
            #expect(line.count <= 112, "\(line)")
        }
    }
}
