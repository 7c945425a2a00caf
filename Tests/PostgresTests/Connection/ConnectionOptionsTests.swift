import Observability
import Primitives
import Testing

@testable import Postgres

@Suite("Connection strings") struct ConnectionOptionsTests {
    private func settings(_ text: String) throws -> [String: String] {
        let options = try PostgresConnectionOptions(Secret(text))
        let limits = PostgresLimits()
        return options.hosts { $0.forPool(.interactive, limits.interactive, limits) }[0]
    }

    @Test("keep what they say, and get time limits beside it")
    func settings() throws {
        let settings = try self.settings(
            "postgresql://me:secret@db.example/shop?sslmode=verify-full&keepalives_idle=99&options=-c%20jit%3Doff")
        #expect(settings["host"] == "db.example")
        #expect(settings["password"] == "secret")
        #expect(settings["dbname"] == "shop")
        #expect(settings["sslmode"] == "verify-full")
        #expect(settings["keepalives_idle"] == "99")
        #expect(settings["tcp_user_timeout"] == "4000")
        #expect(settings["client_encoding"] == "UTF8")
        let options = try #require(settings["options"])
        #expect(options.contains("-c statement_timeout=2000"))
        #expect(options.contains("-c lock_timeout=1500"))
        #expect(options.contains("-c idle_in_transaction_session_timeout=5000"))
        // What the string says comes last and wins.
        #expect(options.hasSuffix(" -c jit=off"))
    }

    @Test("say how long connecting may take, for each host")
    func connectTime() throws {
        func time(_ text: String) throws -> TimeAmount? { try PostgresConnectionOptions(Secret(text)).connectTime }
        #expect(try time("postgresql:///shop") == nil)
        #expect(try time("postgresql://a,b/shop?connect_timeout=7") == .seconds(7))
        #expect(try time("postgresql://a/shop?connect_timeout=0") == nil)
    }

    @Test("with several hosts are as many attempts")
    func hosts() throws {
        func hosts(_ text: String) throws -> [[String]] {
            try PostgresConnectionOptions(Secret(text)).hosts { $0.forAdministration(unacknowledged: .seconds(5)) }
                .map { settings in
                    ["host", "hostaddr", "port", "target_session_attrs"].map { settings[$0] ?? "-" }
                }
        }
        #expect(try hosts("postgresql://a/shop") == [["a", "-", "-", "-"]])
        #expect(
            try hosts("postgresql://a:1,b:2/shop") == [["a", "-", "1", "read-write"], ["b", "-", "2", "read-write"]])
        #expect(
            try hosts("host=a,b hostaddr=,1.2.3.4 port=7 target_session_attrs=any")
                == [["a", "", "7", "any"], ["b", "1.2.3.4", "7", "any"]])
        // What does not fit together, and what looks at all before it takes one, is libpq's.
        #expect(try hosts("host=a,b port=1,2,3") == [["a,b", "-", "1,2,3", "-"]])
        #expect(try hosts("host=a,b target_session_attrs=prefer-standby").count == 1)
    }

    @Test("and what a server says of them are told apart by its code, in whatever language")
    func sqlStates() {
        let said =
            #"connection to server on socket "/x/.s.PGSQL.5432" failed: FATAL:  3D000: database "x" does not exist"#
        #expect(SessionOpening.sqlState(in: said) == "3D000")
        #expect(SessionOpening.sqlState(in: "치명적오류:  28P01: 사용자 …") == "28P01")
        #expect(
            SessionOpening.sqlState(in: "connection to server at \"a\", port 5432 failed: Connection refused") == nil)
        #expect(SessionOpening.sqlState(in: "") == nil)
    }

    @Test(
        "that cannot be read are refused without being repeated",
        arguments: ["postgresql://me:hush@[", "hush", "x=hush"])
    func malformed(text: String) throws {
        let failure = #expect(throws: PostgresConnectionOptions.Malformed.self) {
            try PostgresConnectionOptions(Secret(text))
        }
        #expect(failure?.description.contains("hush") == false)
    }

    @Test("are not shown by what holds them")
    func secrecy() throws {
        let options = try PostgresConnectionOptions(Secret("postgresql://me:hush@db.example/shop"))
        #expect(!"\(options)".contains("hush"))
        var dumped = ""
        dump(options, to: &dumped)
        #expect(!dumped.contains("hush"))
    }
}
