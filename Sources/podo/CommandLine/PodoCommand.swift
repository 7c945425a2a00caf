internal import Glibc

/// The way from a command line to an exit code.
enum PodoCommand {
    /// What the process ends with; `HelpText` explains them to people.
    enum Exit {
        static let done: Int32 = 0
        static let failed: Int32 = 1
        static let misused: Int32 = 2
        static let cutOff: Int32 = 3
    }

    static func run(arguments: [String]) -> Int32 {
        let invocation: Invocation
        do throws(UsageError) {
            invocation = try ArgumentParser.parse(arguments)
        } catch {
            Terminal.tell("podo: \(error.message)")
            return Exit.misused
        }
        switch invocation {
        case .help(nil): return self.answer(HelpText.overview())
        case .help(let command?): return self.answer(HelpText.command(command))
        case .version: return self.answer("podo \(PodoVersion.text)")
        case .run(let command, let flags): return self.run(command, flags)
        }
    }

    private static func answer(_ text: String) -> Int32 { Terminal.say(text) ? Exit.done : Exit.failed }

    private static func run(_ command: CommandName, _ flags: CommandFlags) -> Int32 {
        let loaded: LoadedConfiguration
        do throws(ConfigurationErrors) {
            loaded = try ConfigurationLoader.load(flags: flags, environment: ProcessEnvironment.all())
        } catch {
            Terminal.tell("podo: the configuration is wrong:")
            for line in error.report { Terminal.tell("  \(line)") }
            return Exit.misused
        }
        switch command {
        case .serve:
            return ServeCommand.run(loaded)
        case .migrate:
            return MigrateCommand.run(loaded)
        case .doctor:
            return DoctorCommand.run(loaded)
        case .configPrint:
            return self.answer(ConfigurationPrinter.text(loaded))
        case .openapi:
            return self.answer(PublicAPI.documentText)
        case .keysRotate:
            return KeysCommand.rotate(loaded.configuration)
        case .memberPromote, .memberDemote, .memberLock, .memberUnlock, .memberSignOutEverybody, .memberErasures,
            .memberErase, .streamKeyMake:
            return OperatorCommand.run(command, operand: flags.operand ?? "", loaded)
        }
    }
}
