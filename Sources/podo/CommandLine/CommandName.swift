/// The commands that exist. One that a later issue brings is listed here when it does its work, not before.
enum CommandName: String, CaseIterable {
    case serve
    case migrate
    case doctor
    case configPrint = "config print"
    case openapi
    case memberPromote = "member promote"
    case memberDemote = "member demote"
    case memberLock = "member lock"
    case memberUnlock = "member unlock"
    case memberSignOutEverybody = "member sign-out-everybody"
    case memberErasures = "member erasures"
    case memberErase = "member erase"
    case streamKeyMake = "stream-key make"
    case keysRotate = "keys rotate"

    var words: [String] { self.rawValue.split(separator: " ").map(String.init) }

    /// One line for the overview.
    var summary: String {
        switch self {
        case .serve: "Run the server until SIGTERM or SIGINT."
        case .migrate: "Bring the database to the schema of this Podo, and end. serve does it at its start."
        case .doctor: "Check this machine and the configuration, and say what to do about what is wrong."
        case .configPrint: "Show every setting, its value and where it came from. The output is a valid file."
        case .openapi: "Print the description of the HTTP API, in OpenAPI 3.1, as JSON."
        case .memberPromote: "Make the account with this address a manager. Its member has to sign in again."
        case .memberDemote: "Make the account with this address a fan's. Its member has to sign in again."
        case .memberLock: "Keep the member with this address or number out; sessions and stream keys end."
        case .memberUnlock: "Let the member with this address or number in again. Stream keys are made anew."
        case .memberSignOutEverybody: "End every session of every member, as after a leak. Everybody signs in again."
        case .memberErasures: "Print the numbers of erased members, to be kept apart from the database."
        case .memberErase: "Erase a member by number, as after a backup was restored that still has him."
        case .streamKeyMake: "Make a new key for a stream, for a year, and print it once. The one before is void."
        case .keysRotate: "Put a new secret in front of those in the secret file, and say what is next."
        }
    }

    /// What the command is given besides flags; nil when nothing.
    var operand: String? {
        switch self {
        case .serve, .migrate, .doctor, .configPrint, .openapi, .memberSignOutEverybody, .memberErasures, .keysRotate:
            nil
        case .memberPromote, .memberDemote: "ADDRESS"
        case .memberLock, .memberUnlock: "MEMBER"
        case .memberErase: "NUMBER"
        case .streamKeyMake: "NAME"
        }
    }
}
