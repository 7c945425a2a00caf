internal import Observability
internal import Postgres

extension SettingKind where Value == Secret<String> {
    /// What libpq takes for the way to a database: a URL, or `host=… dbname=…`.
    static var databaseURL: Self {
        SettingKind(
            placeholder: "URL",
            parse: { text throws(SettingValueError) in
                do throws(PostgresAddress.Problem) {
                    _ = try PostgresAddress(text)
                } catch {
                    throw SettingValueError(withoutValue: error.reason)
                }
                return Secret(text)
            }, format: { $0.reveal() })
    }
}
