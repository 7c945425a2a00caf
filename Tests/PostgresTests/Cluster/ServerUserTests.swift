import Testing

@testable import Postgres

@Suite
struct ServerUserTests {
    private struct Accounts: UserAccounts {
        var list = [
            UserAccount(name: "root", user: 0, group: 0), UserAccount(name: "postgres", user: 101, group: 104),
            UserAccount(name: "nobody", user: 65534, group: 65534), UserAccount(name: "ann", user: 1000, group: 1000),
        ]

        func account(name: String) -> UserAccount? { self.list.first { $0.name == name } }
        func account(user: UInt32) -> UserAccount? { self.list.first { $0.user == user } }
    }

    private func choose(_ own: UInt32, owner: UInt32?, _ accounts: Accounts = Accounts()) throws(ClusterError)
        -> ServerUser
    {
        try ServerUser.choose(ownUser: own, ownerOfDirectory: owner, directory: "/var/postgres", accounts: accounts)
    }

    @Test
    func `an ordinary user's server runs as that user`() throws {
        #expect(try self.choose(1000, owner: nil) == ServerUser(user: 1000, group: 1000, name: "ann", isAnother: false))
        #expect(try self.choose(1000, owner: 1000).isAnother == false)
    }

    @Test
    func `root's server runs as the owner of its directory, a new one as postgres, or else nobody`() throws {
        #expect(try self.choose(0, owner: nil) == ServerUser(user: 101, group: 104, name: "postgres", isAnother: true))
        #expect(try self.choose(0, owner: 1000).name == "ann")
        var accounts = Accounts()
        accounts.list.removeAll { $0.name == "postgres" }
        #expect(try self.choose(0, owner: nil, accounts).name == "nobody")
    }

    @Test(
        arguments: [
            (1000, 101, "belongs to the user postgres: start Podo as that user or as root"),
            (0, 0, "belongs to root"), (0, 4711, "chown -R postgres"), (4711, nil, "/etc/passwd"),
        ] as [(UInt32, UInt32?, String)])
    func `what cannot be is refused with what to do`(_ own: UInt32, _ owner: UInt32?, _ part: String) {
        let error = #expect(throws: ClusterError.self) { try self.choose(own, owner: owner) }
        #expect(error?.sentence.contains(part) == true, "\(error?.sentence ?? "")")
    }

    @Test
    func `the system knows root by name and by number`() {
        #expect(SystemAccounts().account(name: "root")?.user == 0)
        #expect(SystemAccounts().account(user: 0)?.name == "root")
        #expect(SystemAccounts().account(name: "no-such-user-here") == nil)
    }
}
