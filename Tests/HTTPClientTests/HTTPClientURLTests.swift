import Testing

@testable import HTTPClient

@Suite("A URL") struct HTTPClientURLTests {
    @Test(
        "is taken apart in its one spelling",
        arguments: [
            ("https://a.example", true, "a.example", 443),
            ("http://a.example/", false, "a.example", 80),
            ("https://a.example:8443/x?y=z&u=https://b.example/", true, "a.example", 8443),
            ("https://a.example?x=1", true, "a.example", 443),
            ("http://127.0.0.1:1/", false, "127.0.0.1", 1),
            ("http://[::1]:65535/x", false, "[::1]", 65535),
        ])
    func good(_ text: String, _ isSecure: Bool, _ host: String, _ port: Int) throws {
        let url = try #require(HTTPClientURL(text))
        #expect(url.text == text)
        #expect(url.isSecure == isSecure)
        #expect(url.host == host)
        #expect(Int(url.port) == port)
        #expect(url.origin == "\(isSecure ? "https" : "http")://\(host):\(port)")
    }

    @Test(
        "is refused in every other spelling",
        arguments: [
            "", "a.example", "//a.example", "HTTPS://a.example", "ftp://a.example", "file:///etc/passwd", "https://",
            "https:///path", "https://a.example@b.example/", "https://u:p@a.example/", "https://A.example/",
            "https://a.example:", "https://a.example:0/", "https://a.example:65536/", "https://a.example:+1/",
            "https://a.example:1:2/", "https://a.example#x", "https://a.example/ x", "https://a.example/\n",
            "https://a.example\\@b.example/", "https://a.example/é", "https://ⓐ.example/", "https://[::1/",
            "https://[]/", "https://[::1%25eth0]/", "https://[::1]x/", "https://a_b.example/", "https://a%2eb/",
            "https://" + String(repeating: "a", count: 254), "https://a/" + String(repeating: "b", count: 4096),
        ])
    func bad(_ text: String) {
        #expect(HTTPClientURL(text) == nil)
    }
}
