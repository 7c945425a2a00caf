import Observability
import Reactor
import TestSupport
import Testing

@testable import HTTPServer

/// Whose word on where a client is, is taken.
struct TrustedProxiesTests {
    private let proxies = TrustedProxies(
        ["10.0.0.0/8", "2001:db8:1::/48", "127.0.0.1"].compactMap { AddressRange($0) })

    private func client(
        _ lists: String..., from peer: String = "10.0.0.1:50000", by proxies: TrustedProxies? = nil
    ) throws -> String {
        var fields = HTTPFields()
        for list in lists { try fields.append(HTTPFieldName("x-forwarded-for"), checking: list) }
        return (proxies ?? self.proxies).client(of: try #require(SocketAddress(peer)), fields).hostText
    }

    @Test
    func `without trusted proxies nobody's word is taken`() throws {
        #expect(try self.client("192.0.2.7", by: TrustedProxies()) == "10.0.0.1")
        #expect(try self.client("192.0.2.7", from: "198.51.100.1:1") == "198.51.100.1")
        // The peer keeps its port.
        let peer = try #require(SocketAddress("198.51.100.1:4711"))
        #expect(self.proxies.client(of: peer, HTTPFields()) == peer)
    }

    @Test
    func `the last one that is no proxy of ours is the client`() throws {
        #expect(try self.client("192.0.2.7") == "192.0.2.7")
        #expect(try self.client("192.0.2.7", from: "[2001:db8:1::5]:1") == "192.0.2.7")
        #expect(try self.client("2001:db8:2::9") == "2001:db8:2::9")
        #expect(try self.client("192.0.2.7, 10.9.9.9,127.0.0.1") == "192.0.2.7")
        // What the client itself has written stands before it.
        #expect(try self.client("203.0.113.5, 192.0.2.7") == "192.0.2.7")
        #expect(try self.client("10.1.1.1, 192.0.2.7") == "192.0.2.7")
        #expect(try self.client("203.0.113.5", "192.0.2.7", "10.3.3.3") == "192.0.2.7")
        // All are ours: somebody within.
        #expect(try self.client("10.1.1.1, 10.2.2.2") == "10.1.1.1")
        #expect(try self.client() == "10.0.0.1")
    }

    @Test(arguments: [
        "", "unknown", "_hidden", "192.0.2", "192.0.2.7.8", "*:80", "*", "192.0.2.7:70000", "[192.0.2.7]", "::1%lo",
        "192.0.2.7, ", "192.0.2.7,,", "for=192.0.2.7", "\"192.0.2.7\"",
    ])
    func `behind what is no address, it is the last proxy`(_ entry: String) throws {
        #expect(try self.client(entry) == "10.0.0.1")
        #expect(try self.client("203.0.113.5, \(entry), 10.4.4.4") == "10.4.4.4")
    }

    @Test
    func `some proxies add ports and brackets, and spaces mean nothing`() throws {
        #expect(try self.client("192.0.2.7:50123") == "192.0.2.7")
        #expect(try self.client("[2001:db8:2::9]:50123") == "2001:db8:2::9")
        #expect(try self.client(" \t192.0.2.7\t ,  10.2.2.2 ") == "192.0.2.7")
        // IPv4 in the form of IPv6 is IPv4, and so is a proxy's.
        #expect(try self.client("::ffff:192.0.2.7") == "192.0.2.7")
        #expect(try self.client("192.0.2.7, ::ffff:10.1.1.1") == "192.0.2.7")
    }

    @Test
    func `a list without end is not followed to its end`() throws {
        let list = [String](repeating: "10.2.2.2", count: 4000)
        #expect(try self.client("192.0.2.7," + list.joined(separator: ",")) == "10.2.2.2")
    }

    @Test(arguments: [("127.0.0.0/8", "192.0.2.7"), ("10.0.0.0/8", "127.0.0.1")])
    func `handlers and the log have the address of the client`(_ range: String, _ expected: String) throws {
        let memory = LogMemory()
        let server = try LiveServer(
            routes: [
                HTTPRoute(
                    .get, "/where", access: .anyone,
                    .immediate { request, _ in
                        HTTPResponse(.ok, body: .bytes(Array((request.peer?.hostText ?? "nowhere").utf8)))
                    })
            ], proxies: TrustedProxies([try #require(AddressRange(range))]), log: Log(level: .debug, memory: memory))
        let client = try TestClient(port: server.port)
        let answer = try client.exchange("GET /where HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n")
        #expect(answer.hasSuffix("\r\n\r\n" + expected), "\(answer)")
        #expect(server.eventually { memory.lines.contains { $0.contains("\"peer\":\"\(expected)\"") } })
    }
}
