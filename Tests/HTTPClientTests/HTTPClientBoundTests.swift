import Primitives
import Reactor
import TestSupport
import Testing

@testable import HTTPClient

@Suite("What a client will not do") struct HTTPClientBoundTests {
    @Test("send beyond its bounds: it waits, and then it refuses") func queue() async throws {
        var limits = HTTPClientLimits()
        limits.runningCountMax = 2
        limits.waitingCountMax = 3
        let (server, rig) = (try BadServer(), try ClientRig(limits: limits))
        let url = "http://127.0.0.1:\(server.port)/never"
        let faults = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<10 {
                group.addTask { try await rig.get(url, within: .milliseconds(400)).fault ?? "answered" }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted()
        }
        // Who waits ends at the same deadline, unsent: a place that gets free just then may still be taken.
        #expect(faults.filter { $0 == "overloaded" }.count == 5)
        #expect(faults.filter { $0.hasPrefix("timed-out") }.count == 5)
        #expect(faults.filter { $0 == "timed-out sent" }.count >= 2)
        #expect(rig.metric(#"podo_http_client_waiting{client="test"}"#) == 0)
        #expect(rig.metric(#"podo_http_client_running{client="test"}"#) == 0)
    }

    @Test("let who waits come to nothing: each has its turn") func turns() async throws {
        var limits = HTTPClientLimits()
        limits.runningCountMax = 1
        limits.waitingCountMax = 50
        let (server, rig) = (try BadServer(), try ClientRig(limits: limits))
        let url = "http://127.0.0.1:\(server.port)/?"
        let texts = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<51 { group.addTask { try await rig.get(url).text } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(texts == Array(repeating: "?", count: 51))
    }

    @Test("reach an address of this machine for a URL of somebody else's", arguments: ["127.0.0.1", "localhost"])
    func addresses(_ host: String) async throws {
        let (server, rig) = (try BadServer(), try ClientRig())
        let url = try #require(HTTPClientURL("http://\(host):\(server.port)/?"))
        #expect(await rig.send(HTTPClientRequest(.get, url)).fault == "address-refused")
        for spelling in ["2130706433", "127.1", "0x7f000001", "017700000001"] {
            let url = try #require(HTTPClientURL("http://\(spelling):\(server.port)/?"))
            #expect(await rig.send(HTTPClientRequest(.get, url)).fault == "address-refused", "\(spelling)")
        }
        #expect(try await rig.get("http://127.0.0.1:\(server.port)/log").text == "GET /log")
    }

    @Test("use a kept connection to a refused address either") func keptAddress() async throws {
        let (server, rig) = (try BadServer(), try ClientRig())
        let text = "http://127.0.0.1:\(server.port)/?"
        #expect(try await rig.get(text).text == "?")
        let url = try #require(HTTPClientURL(text))
        #expect(await rig.send(HTTPClientRequest(.get, url)).fault == "address-refused")
    }

    @Test("connect where nobody listens") func nobody() async throws {
        let rig = try ClientRig()
        // The port of a listener that is gone.
        let port = try Listener(.loopback(port: 0)).address.port
        #expect(try await rig.get("http://127.0.0.1:\(port)/").fault == "connect-failed")
    }

    @Test("wait for a server that does not take the connection, or does not speak") func silent() async throws {
        var limits = HTTPClientLimits()
        limits.connectTime = .milliseconds(200)
        let rig = try ClientRig(limits: limits)
        // Connections stay in the backlog of a listener that accepts none: TCP stands, TLS does not.
        let listener = try Listener(.loopback(port: 0))
        #expect(try await rig.get("https://127.0.0.1:\(listener.address.port)/").fault == "timed-out")
    }

    @Test("know a name that does not exist") func name() async throws {
        let rig = try ClientRig()
        let fault = try await rig.get("http://nobody.invalid/", within: .seconds(3)).fault
        #expect(fault == "name-not-resolved" || fault == "timed-out")
    }

    @Test(
        "send what could become another request",
        arguments: [
            HTTPClientField("a", "b\r\nc: d"), HTTPClientField("a", "b\n"), HTTPClientField("a", "\u{0}"),
            HTTPClientField("a b", "c"), HTTPClientField("A", "b"), HTTPClientField("", "b"),
            HTTPClientField("a", ""), HTTPClientField("a", " b"), HTTPClientField("a:", "b"),
            HTTPClientField("a", String(repeating: "x", count: 20_000)),
        ])
    func fields(_ field: HTTPClientField) async throws {
        let rig = try ClientRig()
        let request = try ClientRig.request(.get, "http://127.0.0.1:1/", fields: [field])
        #expect(await rig.send(request).fault == "request-invalid")
    }

    @Test("send a body that is too large, or one with GET") func bodies() async throws {
        let rig = try ClientRig()
        let large = try ClientRig.request(
            .post, "http://127.0.0.1:1/", body: Array(repeating: 0, count: 1 << 20 + 1))
        #expect(await rig.send(large).fault == "request-invalid")
        let get = try ClientRig.request(.get, "http://127.0.0.1:1/", body: [1])
        #expect(await rig.send(get).fault == "request-invalid")
    }

    @Test("go on when it was closed") func close() async throws {
        let (server, rig) = (try BadServer(), try ClientRig())
        let url = "http://127.0.0.1:\(server.port)/never"
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let fault = try await rig.get(url).fault ?? "answered"
                #expect(fault.hasPrefix("closed"))
            }
            while rig.metric(#"podo_http_client_running{client="test"}"#) != 1 { await Task.yield() }
            rig.client.close()
            try await group.waitForAll()
        }
        #expect(try await rig.get(url).fault == "closed")
        #expect(rig.metric(#"podo_http_client_running{client="test"}"#) == 0)
    }

    @Test("show what a request or an answer carries") func secrets() throws {
        let request = try ClientRig.request(
            .post, "https://a.example/path?code=canary", fields: [HTTPClientField("authorization", "canary")],
            body: Array("canary".utf8))
        let response = HTTPClientResponse(
            status: 200, fields: [HTTPClientField("a", "canary")], body: Array("canary".utf8))
        for text in ["\(request)", String(reflecting: request), "\(response)", String(reflecting: response)] {
            #expect(!text.contains("canary"))
        }
        var dumped = ""
        dump(request, to: &dumped)
        dump(response, to: &dumped)
        #expect(!dumped.contains("canary"))
    }
}
