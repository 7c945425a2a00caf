import Testing

@testable import podo

@Suite struct AdminHostRuleTests {
    @Test(
        "addresses, localhost and listed names pass; other names are somebody else's",
        arguments: [
            ("", true), ("localhost", true), ("localhost:9090", true), ("LOCALHOST:9090", true),
            ("127.0.0.1", true), ("127.0.0.1:9090", true), ("[::1]", true), ("[::1]:9090", true),
            ("10.0.0.7:9090", true), ("podo.internal", true), ("Podo.Internal:9090", true),
            ("evil.example", false), ("evil.example:9090", false), ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false), ("localhost:evil", false), ("localhost:", false), ("*", false),
            ("*:9090", false), ("127.0.0.1:9090:1", false), ("0x7f.1", false), ("[::1", false), (":9090", false),
        ])
    func allows(_ authority: String, _ isAllowed: Bool) {
        #expect(AdminHostRule(names: ["podo.internal"]).allows(Array(authority.utf8)) == isAllowed)
    }
}
