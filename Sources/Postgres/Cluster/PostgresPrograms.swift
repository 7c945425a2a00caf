internal import Glibc
internal import Primitives

/// An installed PostgreSQL: where its programs are, and of which major version.
package struct PostgresPrograms: Equatable, Sendable {
    package let directory: String
    package let major: Int

    /// Older ones lack what Podo's statements use.
    package static let majorMin = 15

    /// Where Debian puts them, one directory for each major version.
    private static let debianDirectory = "/usr/lib/postgresql"
    private static let needed = ["postgres", "initdb"]
    private static let versionTime = TimeAmount.seconds(10)

    var server: String { self.directory + "/postgres" }
    var initialiser: String { self.directory + "/initdb" }

    /// All that are installed, the newest first. `configured` is the one directory to look into; nil is Debian's and
    /// those of `searchPath`.
    package static func installed(configured: String?, searchPath: String) -> [PostgresPrograms] {
        var directories: [String]
        if let configured {
            directories = [configured]
        } else {
            directories = Directory.names(in: self.debianDirectory).map { "\(self.debianDirectory)/\($0)/bin" }
            directories += searchPath.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        }
        var found: [PostgresPrograms] = []
        for directory in directories where self.needed.allSatisfy({ access("\(directory)/\($0)", X_OK) == 0 }) {
            guard let major = self.major(of: directory), !found.contains(where: { $0.major == major }) else {
                continue
            }
            found.append(PostgresPrograms(directory: directory, major: major))
        }
        return found.sorted { $0.major > $1.major }
    }

    /// The programs for a database that was made by `version`, or for a new one.
    package static func choose(
        _ installed: [PostgresPrograms], version: Int?, directory: String
    ) throws(ClusterError) -> PostgresPrograms {
        guard let newest = installed.first else {
            throw ClusterError(
                "PostgreSQL is not installed: install postgresql-15 or later (scripts/setup does), "
                    + "or set database-url to a server elsewhere")
        }
        guard let version else {
            guard newest.major >= self.majorMin else {
                throw ClusterError(
                    "PostgreSQL \(newest.major) is installed, and Podo needs \(self.majorMin) or later: install "
                        + "postgresql-\(self.majorMin), or set database-url to a server elsewhere")
            }
            return newest
        }
        guard let match = installed.first(where: { $0.major == version }) else {
            let there = installed.map { "\($0.major)" }.joined(separator: " and ")
            throw ClusterError(
                "the database in \(directory) was made by PostgreSQL \(version), and \(there) is installed: install "
                    + "postgresql-\(version) again, or bring the data over with pg_upgrade (see docs/OPERATIONS.md)")
        }
        return match
    }

    /// By its directory's name on Debian, otherwise by what it says itself.
    private static func major(of directory: String) -> Int? {
        let parts = directory.split(separator: "/")
        if directory.hasPrefix(self.debianDirectory + "/"), parts.count > 1 {
            return DecimalText.parse(parts[parts.count - 2].utf8)
        }
        // A program that cannot be run is as good as none.
        let said = try? ProgramRun.run(
            directory + "/postgres", ["--version"], timeMax: self.versionTime, outputByteCountMax: 256)
        return said.flatMap { self.major(inVersion: $0.output) }
    }

    /// `postgres (PostgreSQL) 15.20 (Debian …)`
    static func major(inVersion text: String) -> Int? {
        let words = text.split(separator: " ")
        guard words.count > 2, words[1] == "(PostgreSQL)" else { return nil }
        return DecimalText.parse(words[2].utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    }
}
