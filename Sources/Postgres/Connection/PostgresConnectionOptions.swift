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

    /// Hosts beyond these are not tried.
    private static let hostCountMax = 16

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
        self.given = Secret(given)
    }

    /// For each host, as far as the string says.
    var connectTime: TimeAmount? {
        let given = self.given.reveal()["connect_timeout"].flatMap { Int64($0) }
        return given.flatMap { $0 > 0 ? .seconds(min($0, 3600)) : nil }
    }

    /// The settings for each host that is to be tried, in this order. `add` makes them fit for what they are used for.
    func hosts(_ add: (inout Suggestions) -> Void) -> [SessionOpening.Settings] {
        let hosts = self.split()
        return hosts.map { settings in
            var suggestions = Suggestions(settings: settings, isOneOfSeveral: hosts.count > 1)
            add(&suggestions)
            return suggestions.settings
        }
    }

    /// A list that does not fit together is left as it is: libpq says what is wrong with it.
    private func split() -> [SessionOpening.Settings] {
        let given = self.given.reveal()
        func parts(_ keyword: String) -> [String]? {
            given[keyword].map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        }
        let lists = ["host": parts("host"), "hostaddr": parts("hostaddr")].compactMapValues { $0 }
        let count = lists.values.first?.count ?? 1
        let ports = parts("port") ?? []
        // It looks at all hosts before it takes one.
        let isPreference = given["target_session_attrs"] == "prefer-standby"
        guard (2...Self.hostCountMax).contains(count), lists.values.allSatisfy({ $0.count == count }),
            ports.count <= 1 || ports.count == count, !isPreference
        else { return [given] }
        return (0..<count).map { index in
            var settings = given
            for (keyword, values) in lists { settings[keyword] = values[index] }
            if ports.count == count { settings["port"] = ports[index] }
            return settings
        }
    }

    /// What Podo would choose where the string says nothing.
    struct Suggestions {
        fileprivate(set) var settings: SessionOpening.Settings
        let isOneOfSeveral: Bool

        mutating func suggest(_ keyword: String, _ value: String) {
            if self.settings[keyword] == nil { self.settings[keyword] = value }
        }

        mutating func forPool(_ purpose: PostgresPurpose, _ pool: PoolLimits, _ limits: PostgresLimits) {
            self.suggest("tcp_user_timeout", String(limits.unacknowledgedTime.milliseconds))
            self.suggest("keepalives_idle", "10")
            self.suggest("keepalives_interval", "3")
            self.suggest("keepalives_count", "3")
            self.suggest("application_name", "podo \(purpose.label)")
            // A server that only reads is as good as none.
            self.suggest("target_session_attrs", "read-write")
            // Tickets of Kerberos would be looked for in files and asked for over the network.
            self.suggest("gssencmode", "disable")
            self.settings["client_encoding"] = "UTF8"
            let own = [
                "statement_timeout": pool.statementTime, "lock_timeout": min(limits.lockTime, pool.statementTime),
                "idle_in_transaction_session_timeout": limits.idleInTransactionTime,
                "client_connection_check_interval": limits.goneCheckTime,
            ].map { "-c \($0.key)=\($0.value.milliseconds)" }.sorted().joined(separator: " ")
            self.settings["options"] = [own, self.settings["options"] ?? ""].joined(separator: " ")
        }

        mutating func forAdministration(unacknowledged time: TimeAmount) {
            self.suggest("fallback_application_name", "podo")
            self.suggest("tcp_user_timeout", String(time.milliseconds))
            // The only one is asked what is wrong with it; of several, one that takes writes is looked for.
            if self.isOneOfSeveral { self.suggest("target_session_attrs", "read-write") }
            self.settings["client_encoding"] = "UTF8"
        }
    }
}
