/// What a command line asks for.
enum Invocation: Equatable {
    /// The overview, or the help of one command.
    case help(CommandName?)
    case version
    case run(CommandName, CommandFlags)
}

/// The flags of a command, in the order they were given; their values are not looked at yet.
struct CommandFlags: Equatable {
    var configurationFile: String?
    /// What `CommandName.operand` stands for.
    var operand: String?
    var settings: [SettingText] = []
}

/// A setting as somebody wrote it.
struct SettingText: Equatable {
    let name: String
    let text: String
}

/// A command line that cannot be understood; `podo` says why and exits with 2.
struct UsageError: Error, Equatable {
    let message: String
}
