internal import Glibc

/// Who the private PostgreSQL runs as. It refuses to be root.
///
/// As an ordinary user, Podo's own. As root it is whoever owns the directory of the database; a new one is given to
/// `postgres`, the user that Debian's package makes, or else to `nobody`.
struct ServerUser: Equatable, Sendable {
    let user: uid_t
    let group: gid_t
    let name: String
    /// Podo has to become it.
    let isAnother: Bool

    /// For a program that Podo starts as this user; nil where it is Podo's own.
    var identity: (user: uid_t, group: gid_t)? { self.isAnother ? (self.user, self.group) : nil }

    /// The users that a new directory is given to, in this order.
    static let candidates = ["postgres", "nobody"]

    /// `ownerOfDirectory` is nil where there is no directory yet.
    static func choose(
        ownUser: uid_t, ownerOfDirectory owner: uid_t?, directory: String, accounts: any UserAccounts
    ) throws(ClusterError) -> ServerUser {
        guard ownUser == 0 else {
            guard owner == nil || owner == ownUser else {
                let name = owner.flatMap { accounts.account(user: $0)?.name ?? "\($0)" } ?? ""
                throw ClusterError(
                    "the database in \(directory) belongs to the user \(name): start Podo as that user or as root")
            }
            guard let own = accounts.account(user: ownUser) else {
                throw ClusterError(
                    "PostgreSQL wants the user with ID \(ownUser) to have a name: add a line for it to /etc/passwd, "
                        + "or set database-url to a server elsewhere")
            }
            return ServerUser(user: ownUser, group: own.group, name: own.name, isAnother: false)
        }
        if let owner {
            guard owner != 0 else {
                throw ClusterError(
                    "the database in \(directory) belongs to root, and PostgreSQL refuses to run as root: "
                        + "chown -R postgres it")
            }
            guard let account = accounts.account(user: owner) else {
                throw ClusterError(
                    "the database in \(directory) belongs to the user with ID \(owner), who is not in /etc/passwd: "
                        + "chown -R postgres it")
            }
            return ServerUser(user: owner, group: account.group, name: account.name, isAnother: true)
        }
        for name in self.candidates {
            guard let account = accounts.account(name: name) else { continue }
            return ServerUser(user: account.user, group: account.group, name: name, isAnother: true)
        }
        throw ClusterError(
            "PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody: add one, "
                + "or start Podo as an ordinary user")
    }
}
