/// Whether a database is one that Podo can work with: its version, its encoding and its idea of letters.
struct DatabaseFitness: Equatable {
    let versionNumber: Int
    let encoding: String
    let characterType: String
    /// `c` for the C library's locales, `i` for ICU's, `b` for PostgreSQL's own.
    let localeProvider: String
    let isReadOnly: Bool

    static let question = """
        SELECT current_setting('server_version_num'), pg_encoding_to_char(encoding), datctype, datlocprovider,
               pg_is_in_recovery() OR current_setting('transaction_read_only')::bool
        FROM pg_database WHERE datname = current_database()
        """

    /// To be asked when the encoding is known to be UTF-8: others have no such characters.
    static let lettersQuestion = "SELECT lower(U&'\\00C4') = U&'\\00E4' AND U&'\\00E9' ~ '^[[:alpha:]]$'"

    static let versionQuestion = "SELECT current_setting('server_version_num')"

    /// An answer to `question`.
    init?(_ row: [String?]) {
        let values = row.compactMap { $0 }
        guard values.count == 5, let version = Int(values[0]) else { return nil }
        self.versionNumber = version
        self.encoding = values[1]
        self.characterType = values[2]
        self.localeProvider = values[3]
        self.isReadOnly = values[4] == "t"
    }

    static func checkVersion(_ number: Int) throws(MigrationError) {
        guard number / 10_000 >= PostgresPrograms.majorMin else {
            throw MigrationError(
                .unfit,
                "the server is PostgreSQL \(number / 10_000), and Podo needs \(PostgresPrograms.majorMin) or later: "
                    + "upgrade it")
        }
    }

    func checkEncoding() throws(MigrationError) {
        try Self.checkVersion(self.versionNumber)
        guard self.encoding == "UTF8" else {
            throw MigrationError(
                .unfit, "the database has the encoding \(self.encoding), and Podo needs UTF8: " + Self.remedy)
        }
    }

    /// `knowsLetters` is the answer to `lettersQuestion`: `Ä` has a small letter, and `é` is one.
    func check(knowsLetters: Bool) throws(MigrationError) {
        try self.checkEncoding()
        // A locale of ICU does not help: what searches in Korean asks the C library for letters all the same.
        let isPlain = self.characterType == "C" || self.characterType == "POSIX"
        guard knowsLetters, !isPlain || self.localeProvider == "b" else {
            throw MigrationError(
                .unfit,
                "the database has the character type \(self.characterType), which knows no letters beyond English, "
                    + "and search needs them: " + Self.remedy)
        }
        guard !self.isReadOnly else {
            throw MigrationError(
                .unfit, "the server takes no writes (a standby, or read-only): point database-url at the primary")
        }
    }

    private static let remedy =
        "make it with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
}
