internal import CLibPQ
package import Observability
internal import Primitives

/// A connection string, taken apart, and what is added to it.
///
/// Everything that libpq knows may stand in it (`sslmode`, several hosts, `target_session_attrs`) and wins over what
/// Podo would choose.
package struct PostgresConnectionOptions: Sendable {
    /// Says what is wrong with a connection string without repeating it: it has a password.
    package struct Malformed: Error, CustomStringConvertible {
        package var description: String {
            "the database URL cannot be read: write postgresql://user:password@host:5432/name?sslmode=verify-full"
        }
    }

    private let given: Secret<[String: String]>
    private let hostCount: Int

    /// A URL (`postgresql://…`) or a list (`host=… dbname=…`).
    package init(_ text: Secret<String>) throws(Malformed) {
        guard let list = PQconninfoParse(text.reveal(), nil) else { throw Malformed() }
        defer { PQconninfoFree(list) }
        var given: [String: String] = [:]
        var place = list
        while let keyword = place.pointee.keyword {
            if let value = place.pointee.val { given[String(cString: keyword)] = String(cString: value) }
            place += 1
        }
        let hosts = given["hostaddr"] ?? given["host"] ?? ""
        self.hostCount = hosts.split(separator: ",").count
        self.given = Secret(given)
    }

    func connectTime(_ limits: PostgresLimits) -> TimeAmount {
        let given = self.given.reveal()["connect_timeout"].flatMap { Int64($0) }
        let time = given.flatMap { $0 > 0 ? TimeAmount.seconds(min($0, 3600)) : nil } ?? limits.connectTime
        return .nanoseconds(time.nanoseconds &* Int64(max(1, min(self.hostCount, 16))))
    }

    func parameters(
        purpose: PostgresPurpose, pool: PoolLimits, limits: PostgresLimits
    ) -> [(keyword: String, value: String)] {
        var settings = self.given.reveal()
        func suggest(_ keyword: String, _ value: String) {
            if settings[keyword] == nil { settings[keyword] = value }
        }
        suggest("tcp_user_timeout", String(limits.unacknowledgedTime.milliseconds))
        suggest("keepalives_idle", "10")
        suggest("keepalives_interval", "3")
        suggest("keepalives_count", "3")
        suggest("application_name", "podo \(purpose.label)")
        // Tickets of Kerberos would be looked for in files and asked for over the network.
        suggest("gssencmode", "disable")
        settings["client_encoding"] = "UTF8"
        let own = [
            "statement_timeout": pool.statementTime, "lock_timeout": min(limits.lockTime, pool.statementTime),
            "idle_in_transaction_session_timeout": limits.idleInTransactionTime,
            "client_connection_check_interval": limits.goneCheckTime,
        ].map { "-c \($0.key)=\($0.value.milliseconds)" }.sorted().joined(separator: " ")
        settings["options"] = [own, settings["options"] ?? ""].joined(separator: " ")
        return settings.sorted { $0.key < $1.key }.map { (keyword: $0.key, value: $0.value) }
    }
}
