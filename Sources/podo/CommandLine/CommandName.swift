/// The commands that exist. One that a later issue brings is listed here when it does its work, not before.
enum CommandName: String, CaseIterable {
    case serve
    case migrate
    case doctor
    case configPrint = "config print"
    case openapi

    var words: [String] { self.rawValue.split(separator: " ").map(String.init) }

    /// One line for the overview.
    var summary: String {
        switch self {
        case .serve: "Run the server until SIGTERM or SIGINT."
        case .migrate: "Bring the database to the schema of this Podo, and end. serve does it at its start."
        case .doctor: "Check this machine and the configuration, and say what to do about what is wrong."
        case .configPrint: "Show every setting, its value and where it came from. The output is a valid file."
        case .openapi: "Print the description of the HTTP API, in OpenAPI 3.1, as JSON."
        }
    }
}
