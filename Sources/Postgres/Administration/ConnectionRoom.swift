package import Observability

/// How many connections the server has for Podo, and how many Podo opens when it has much to do.
package struct ConnectionRoom: Equatable, Sendable {
    package let wanted: Int
    package let available: Int

    package var isEnough: Bool { self.available >= self.wanted }

    /// What the server allows everybody, or the role, or the database, whichever is least. Others take of it as well.
    private static let question = """
        SELECT least(
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                - coalesce(current_setting('reserved_connections', true)::int, 0),
            (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
            (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()))
        """

    package init(
        of url: Secret<String>, loopCount: Int, limits: PostgresLimits = PostgresLimits()
    ) throws(AdministrationError) {
        let answer = try AdministrationConnection(url: url).run(Self.question).first?.first ?? nil
        self.available = answer.flatMap { Int($0) } ?? 0
        // And the one that looks whether the database is there.
        self.wanted = limits.connectionCountMax(loopCount: loopCount) + 1
    }
}
