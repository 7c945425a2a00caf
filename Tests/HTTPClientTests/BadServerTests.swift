import Primitives
import Reactor
import TestSupport
import Testing

@testable import HTTPClient

@Suite("A client and a bad server") struct BadServerTests {
    private static var limits: HTTPClientLimits {
        var limits = HTTPClientLimits()
        limits.bodyByteCountMax = 100_000
        return limits
    }

    @Test(
        "end with the reason, whatever the server does",
        arguments: [
            ("/never", "timed-out sent"), ("/drip", "timed-out sent"), ("/cut-at-once", "connection-lost sent"),
            ("/cut-body", "connection-lost sent"), ("/cut-chunk", "connection-lost sent"),
            ("/huge", "body-too-large sent"), ("/huge-chunked", "body-too-large sent"),
            ("/huge-head", "head-too-large sent"), ("/huge-line", "head-too-large sent"),
            ("/many-fields", "head-too-large sent"), ("/interim-for-ever", "head-too-large sent"),
            ("/garbage", "response-malformed sent"), ("/old", "response-malformed sent"),
            ("/bad-name", "response-malformed sent"), ("/no-colon", "response-malformed sent"),
            ("/control", "response-malformed sent"), ("/folded", "response-malformed sent"),
        ])
    func bad(_ path: String, _ fault: String) async throws {
        let (server, rig) = (try BadServer(), try ClientRig(limits: Self.limits))
        let begun = MonotonicTime.now
        let result = try await rig.get("http://127.0.0.1:\(server.port)\(path)", within: .milliseconds(700))
        #expect(result.fault == fault)
        #expect(MonotonicTime.now - begun < .seconds(5))
        // And the next request is served as if nothing had been.
        #expect(try await rig.get("http://127.0.0.1:\(server.port)/?").text == "?")
        #expect(rig.metric(#"podo_http_client_running{client="test"}"#) == 0)
    }

    @Test("take what is legal, though rare") func rare() async throws {
        let (server, rig) = (try BadServer(), try ClientRig())
        let base = "http://127.0.0.1:\(server.port)"
        let interim = try await rig.get(base + "/interim").get()
        #expect(interim.body == Array("late".utf8))
        #expect(interim.first("early") == nil)
        let trailers = try await rig.get(base + "/trailers").get()
        #expect(trailers.body == Array("abc".utf8))
        #expect(trailers.first("after") == nil)
    }

    @Test("follow no redirect, keep no cookie, unpack nothing") func modest() async throws {
        let (server, rig) = (try BadServer(), try ClientRig())
        let base = "http://127.0.0.1:\(server.port)"
        #expect(try await rig.get(base + "/redirect").get().status == 302)
        #expect(try await rig.get(base + "/cookie").get().first("set-cookie") == "a=b")
        #expect(try await rig.get(base + "/gzip").text == "abc")
        let head = try #require(try await rig.get(base + "/head").text).lowercased()
        #expect(!head.contains("cookie:"))
        #expect(!head.contains("accept-encoding:"))
        #expect(try await rig.get(base + "/log").text == "GET /redirect\nGET /cookie\nGET /gzip\nGET /head\nGET /log")
    }

    @Test("use a connection again, but for what must not come twice only a new one") func kept() async throws {
        let (server, rig) = (try BadServer(), try ClientRig())
        let base = "http://127.0.0.1:\(server.port)"
        #expect(try await rig.get(base + "/count").text == "1")
        #expect(try await rig.get(base + "/count").text == "2")
        let pay = try ClientRig.request(.post, base + "/count", body: [1])
        #expect(await rig.send(pay).text == "1")
        let keyed = try ClientRig.request(.post, base + "/count", body: [1], isRepeatable: true)
        #expect(Int(await rig.send(keyed).text ?? "") ?? 0 > 1)
    }

    @Test("survive that kept connections were closed meanwhile") func closed() async throws {
        let (server, rig) = (try BadServer(), try ClientRig())
        let base = "http://127.0.0.1:\(server.port)"
        for _ in 0..<20 { #expect(try await rig.get(base + "/close-kept").text == "bye") }
    }

    @Test("are not certain of what was sent, once it was") func unknown() async throws {
        let (server, rig) = (try BadServer(), try ClientRig())
        let pay = try ClientRig.request(
            .post, "http://127.0.0.1:\(server.port)/cut-at-once", body: Array(repeating: 7, count: 100_000))
        #expect(await rig.send(pay).fault == "connection-lost sent")
        // Not sent twice by anybody.
        #expect(try await rig.get("http://127.0.0.1:\(server.port)/log").text == "POST /cut-at-once\nGET /log")
    }

    @Test("have no trust in a certificate that is not for the name, or out of date, or of nobody") func trust()
        async throws
    {
        let certificate = try TestCertificate(commonName: "other.example")
        let server = try BadServer(certificateFile: certificate.certificateFile, keyFile: certificate.keyFile)
        let rig = try ClientRig(certificateFile: certificate.certificateFile)
        #expect(try await rig.get("https://127.0.0.1:\(server.port)/?").text == "?")
        #expect(try await rig.get("https://localhost:\(server.port)/?").fault == "certificate-refused")
        let another = try TestCertificate()
        let stranger = try ClientRig(certificateFile: another.certificateFile)
        #expect(try await stranger.get("https://127.0.0.1:\(server.port)/?").fault == "certificate-refused")
        let blind = try ClientRig(certificateFile: "/nonexistent/authorities.pem")
        #expect(try await blind.get("https://127.0.0.1:\(server.port)/?").fault == "trust-unreadable")
    }
}
