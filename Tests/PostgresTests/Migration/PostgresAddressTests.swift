import Testing

@testable import Postgres

@Suite
struct PostgresAddressTests {
    @Test
    func `a URL and a list of words say the same`() throws {
        let url = try PostgresAddress("postgresql://ann:s3cret@db.example:5433/tickets?sslmode=require")
        #expect(url == (try PostgresAddress("host=db.example port=5433 user=ann password=s3cret dbname=tickets")))
        #expect(url.description == "database tickets at db.example:5433")
        #expect(try PostgresAddress("postgresql:///podo?host=/run/x").description == "database podo at /run/x")
    }

    @Test(arguments: [
        "mysql://host/db", "nonsense", "", "postgresql://host", "postgresql://ann:s3cr@et@host/db",
        "postgresql://ann:s3cr/et@host/db", "postgresql://ann:1/s3cr@host/db", "host=x nonsense=y dbname=z",
        "postgresql://host:port:port/db", "postgresql://%zz/db",
    ])
    func `what is not one is refused without a word of it`(_ text: String) {
        let problem = #expect(throws: PostgresAddress.Problem.self) { try PostgresAddress(text) }
        for word in ["s3cr", "mysql", "nonsense", "host/"] { #expect(problem?.reason.contains(word) == false) }
    }
}
