import Observability
import Primitives
import Testing

@testable import Postgres

@Suite("Connection strings") struct ConnectionOptionsTests {
    private func settings(_ text: String) throws -> [String: String] {
        let options = try PostgresConnectionOptions(Secret(text))
        let limits = PostgresLimits()
        let list = options.parameters(purpose: .interactive, pool: limits.interactive, limits: limits)
        return Dictionary(uniqueKeysWithValues: list.map { ($0.keyword, $0.value) })
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
        let limits = PostgresLimits()
        func time(_ text: String) throws -> TimeAmount {
            try PostgresConnectionOptions(Secret(text)).connectTime(limits)
        }
        #expect(try time("postgresql:///shop") == .seconds(3))
        #expect(try time("postgresql://a,b/shop") == .seconds(6))
        #expect(try time("postgresql://a,b/shop?connect_timeout=7") == .seconds(14))
        #expect(try time("postgresql://a/shop?connect_timeout=0") == .seconds(3))
    }

    @Test("that cannot be read are refused without being repeated", arguments: ["postgresql://me:hush@[", "hush", "x=hush"])
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
