import HTTPServer
import Observability
import Primitives
import Reactor
import TestSupport
import Testing

@testable import HTTPClient

/// Against Podo's own server.
@Suite("A client and a good server") struct HTTPClientTests {
    private final class Server: Sendable {
        let group: EventLoopGroup
        private let frontend: HTTPFrontend
        private let listener: Listener

        init(security: TLSContext? = nil) throws {
            let routes = [
                HTTPRoute(
                    .get, "/hello", access: .anyone,
                    .immediate { request, _ in
                        let query = String(decoding: request.query ?? [], as: UTF8.self)
                        return HTTPResponse(.ok, body: .bytes(Array("hello \(query)".utf8)))
                    }),
                HTTPRoute(
                    .post, "/echo", access: .anyone, bodyByteCountMax: 1 << 20,
                    .concurrent { request, _ in
                        var response = HTTPResponse(.created, body: .bytes(request.body))
                        let type = request.fields[.contentType] ?? "none"
                        try response.fields.append(.location, checking: type)
                        return response
                    }),
                HTTPRoute(
                    .delete, "/thing", access: .anyone, .immediate { _, _ in HTTPResponse(.noContent) }),
            ]
            self.group = try EventLoopGroup(loopCount: 1)
            self.frontend = HTTPFrontend(
                name: "test", application: try HTTPApplication(routes: routes), group: self.group,
                limits: HTTPLimits(), metrics: MetricsRegistry(loopCount: 1), log: Log(level: .error))
            self.listener = try Listener(.loopback(port: 0))
            self.group.start()
            self.frontend.listen(self.listener, security: security)
        }

        deinit { self.group.stop() }

        var port: UInt16 { self.listener.address.port }
    }

    @Test("speak") func get() async throws {
        let (server, rig) = (try Server(), try ClientRig())
        let response = try await rig.get("http://127.0.0.1:\(server.port)/hello?a=b%20c").get()
        #expect(response.status == 200)
        #expect(String(decoding: response.body, as: UTF8.self) == "hello a=b%20c")
        #expect(response.first("content-length") == "13")
        let missing = try await rig.get("http://127.0.0.1:\(server.port)/nothing").get()
        #expect(missing.status == 404)
        #expect(rig.metric(#"podo_http_client_requests_total{client="test",result="2xx"}"#) == 1)
        #expect(rig.metric(#"podo_http_client_requests_total{client="test",result="4xx"}"#) == 1)
        #expect(rig.metric(#"podo_http_client_duration_seconds_count{client="test"}"#) == 2)
        #expect(rig.metric(#"podo_http_client_running{client="test"}"#) == 0)
    }

    @Test("carry a body of every size both ways", arguments: [0, 1, 16_383, 16_384, 65_537, 1 << 20])
    func echo(_ count: Int) async throws {
        let (server, rig) = (try Server(), try ClientRig())
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let request = try ClientRig.request(
            .post, "http://127.0.0.1:\(server.port)/echo", fields: [HTTPClientField("content-type", "a/b")],
            body: body)
        let response = try await rig.send(request).get()
        #expect(response.status == 201)
        #expect(response.body == body)
        #expect(response.first("location") == "a/b")
    }

    @Test("carry no content type that nobody gave") func untyped() async throws {
        let (server, rig) = (try Server(), try ClientRig())
        let request = try ClientRig.request(.post, "http://127.0.0.1:\(server.port)/echo", body: [1])
        #expect(try await rig.send(request).get().first("location") == "none")
    }

    @Test("know DELETE") func delete() async throws {
        let (server, rig) = (try Server(), try ClientRig())
        let request = try ClientRig.request(.delete, "http://127.0.0.1:\(server.port)/thing")
        #expect(try await rig.send(request).get().status == 204)
    }

    @Test("speak over TLS, to the authority that is trusted") func secure() async throws {
        let certificate = try TestCertificate()
        let security = try TLSContext(
            certificateFile: certificate.certificateFile, keyFile: certificate.keyFile,
            applicationProtocols: ["h2", "http/1.1"])
        let server = try Server(security: security)
        let rig = try ClientRig(certificateFile: certificate.certificateFile)
        for host in ["localhost", "127.0.0.1"] {
            #expect(try await rig.get("https://\(host):\(server.port)/hello").text == "hello ")
        }
        let stranger = try ClientRig()
        let refused = try await stranger.get("https://localhost:\(server.port)/hello")
        #expect(refused.fault == "certificate-refused")
        let plain = try Server()
        #expect(try await rig.get("https://localhost:\(plain.port)/hello").fault == "tls-failed")
    }

    @Test("do a thousand requests, sixteen at a time") func many() async throws {
        let (server, rig) = (try Server(), try ClientRig())
        let url = "http://127.0.0.1:\(server.port)/hello"
        let good = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    var good = 0
                    for _ in 0..<63 where try await rig.get(url).text == "hello " { good += 1 }
                    return good
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(good == 16 * 63)
    }
}
