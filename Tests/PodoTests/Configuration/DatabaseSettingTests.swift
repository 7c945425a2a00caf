import Observability
import Testing

@testable import podo

@Suite struct DatabaseSettingTests {
    private func load(_ environment: [String: String]) throws(ConfigurationErrors) -> Configuration {
        try ConfigurationLoader.load(file: nil, environment: environment, flags: []).configuration
    }

    @Test("a database is named by a URL, and by nothing a private one is used")
    func url() throws {
        let url = "postgresql://podo:s3cret@db.example/tickets"
        #expect(try self.load(["PODO_DATABASE_URL": url]).databaseURL?.reveal() == url)
        #expect(try self.load(["PODO_DATABASE_URL": ""]).databaseURL == nil)
        #expect(try self.load([:]).databaseMigrate)
    }

    @Test(
        "a URL that is none is refused without a word of it",
        arguments: ["mysql://podo:s3cret@h/db", "postgresql://podo:s3cret@@h/db", "postgresql://podo:s3cret@h"])
    func refused(_ url: String) {
        let errors = #expect(throws: ConfigurationErrors.self) { try self.load(["PODO_DATABASE_URL": url]) }
        let report = errors?.report.joined() ?? ""
        #expect(report.hasPrefix("environment PODO_DATABASE_URL: "))
        #expect(!report.contains("s3cret") && !report.contains("mysql"))
        #expect(report.contains("/DATABASE") || report.contains("%40"), "\(report)")
    }

    @Test("a URL with a password is neither a flag nor printed")
    func secret() throws {
        #expect(throws: ConfigurationErrors.self) {
            try ConfigurationLoader.load(
                file: nil, environment: [:], flags: [SettingText(name: "database-url", text: "postgresql://h/db")])
        }
        let loaded = try ConfigurationLoader.load(
            file: nil, environment: ["PODO_DATABASE_URL": "postgresql://podo:s3cret@h/db"], flags: [])
        #expect(!ConfigurationPrinter.text(loaded).contains("s3cret"))
        #expect(!"\(loaded)".contains("s3cret"))
    }
}
