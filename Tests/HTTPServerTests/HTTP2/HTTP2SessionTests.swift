import Foundation
import Primitives
import Reactor
import Testing

@testable import HTTPServer

@Suite struct HTTP2SessionTests {
    typealias Client = HTTP2Client

    @Test("A GET is answered with status, date, the handler's fields and the length.")
    func get() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { _ in
                var fields = HTTPFields()
                fields.append(HTTPFieldName("content-type"), "text/plain")
                return HTTPResponse(.ok, fields: fields, body: .bytes(Array("hello".utf8)))
            }
            harness.send(Client.get(1, "/a?b=c"))
            let answer = harness.client.answer(1)
            #expect(
                answer.fields.map { "\($0.name): \($0.value)" } == [
                    ":status: 200", "date: Sun, 06 Nov 1994 08:49:37 GMT", "content-type: text/plain",
                    "content-length: 5",
                ])
            #expect(String(decoding: answer.body, as: UTF8.self) == "hello")
            #expect(answer.isComplete && answer.resetCode == nil)
            #expect(harness.events == ["head 1 GET /a?b=c", "request 1 body=0", "finished 1 200 5"])
            let request = try #require(harness.requests[1])
            #expect(request.version == .http2 && request.isSecure)
            #expect(request.pathCount == 2 && request.authority == Array("example.org".utf8))
            #expect(harness.client.settings[3] == 128 && harness.client.settings[6] == 65_536)
            #expect(!harness.session.isFinished && harness.session.wantsInput)
        }
    }

    struct BodyCase: Sendable {
        let method: String
        let status: HTTPStatus
        let body: HTTPBody
        let length: String?
        let byteCount: Int
    }

    @Test(
        "Bodies and their length go out as method and status allow.",
        arguments: [
            BodyCase(method: "HEAD", status: .ok, body: .bytes([1, 2, 3]), length: "3", byteCount: 0),
            BodyCase(
                method: "HEAD", status: .ok, body: .stream { _ in Issue.record("not wanted") }, length: nil,
                byteCount: 0),
            BodyCase(method: "GET", status: .noContent, body: .empty, length: nil, byteCount: 0),
            BodyCase(method: "GET", status: .notModified, body: .bytes([1]), length: nil, byteCount: 0),
            BodyCase(method: "GET", status: .ok, body: .empty, length: "0", byteCount: 0),
            BodyCase(
                method: "GET", status: .ok, body: .shared(SharedSlice(SharedBytes([1, 2]))), length: "2", byteCount: 2),
            BodyCase(method: "OPTIONS", status: .notFound, body: .bytes([1, 2]), length: "2", byteCount: 2),
        ])
    func bodies(_ test: BodyCase) async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { _ in HTTPResponse(test.status, body: test.body) }
            harness.send(Client.headers(1, Client.fields(test.method)))
            let answer = harness.client.answer(1)
            #expect(answer.status == "\(test.status.code)" && answer.isComplete)
            #expect(answer["content-length"] == test.length && answer.body.count == test.byteCount)
            #expect(harness.events.last == "finished 1 \(test.status.code) \(test.byteCount)")
        }
    }

    @Test("A body is gathered from its frames; trailers are dropped.")
    func post() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.send(Client.headers(1, Client.fields("POST", "/", [("content-length", "5")]), ends: false))
            harness.send(Client.data(1, [1, 2]))
            #expect(harness.events == ["head 1 POST /"])
            harness.send(Client.data(1, [3, 4, 5]))
            harness.send(Client.headers(1, [("checksum", "x")]))
            #expect(harness.requests[1]?.body == [1, 2, 3, 4, 5])
            #expect(harness.requests[1]?.fields[HTTPFieldName("checksum")] == nil)
            #expect(harness.client.answer(1).status == "200")
        }
    }

    @Test("Expect: 100-continue is met before the body comes.")
    func continues() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.send(Client.headers(1, Client.fields("POST", "/", [("expect", "100-continue")]), ends: false))
            #expect(harness.client.answer(1).statuses == ["100"])
            harness.send(Client.data(1, [1], ends: true))
            #expect(harness.client.answer(1).statuses == ["100", "200"])
        }
    }

    @Test(
        "A body beyond the route's limit is 413, told by its length or by its bytes, and the rest is not wanted.",
        arguments: [true, false])
    func tooLarge(tellsLength: Bool) async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.decide = { _ in .accept(bodyByteCountMax: 10) }
            let length = tellsLength ? [("content-length", "1000000")] : []
            harness.send(Client.headers(1, Client.fields("POST", "/", length), ends: false))
            if !tellsLength { harness.send(Client.data(1, Array(repeating: 0, count: 11))) }
            let answer = harness.client.answer(1)
            #expect(answer.status == "413" && answer.isComplete && answer.resetCode == nil)
            // A client that ends by itself sees no reset, another one after a window more or after some time.
            for _ in 0..<4 { harness.send(Client.data(1, Array(repeating: 0, count: 16_000))) }
            #expect(harness.client.answer(1).resetCode == nil)
            harness.send(Client.data(1, Array(repeating: 0, count: 16_000)))
            #expect(harness.client.answer(1).resetCode == 0)
            #expect(harness.events.contains("refused body-too-large"))
            #expect(!harness.events.contains { $0.hasPrefix("request") })
            harness.send(Client.get(3))
            #expect(harness.client.answer(3).status == "200")
        }
    }

    @Test("A body of just the limit is taken.")
    func atLimit() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.decide = { _ in .accept(bodyByteCountMax: 10) }
            harness.send(Client.headers(1, Client.fields("POST"), ends: false))
            harness.send(Client.data(1, Array(repeating: 0, count: 10), ends: true))
            #expect(harness.client.answer(1).status == "200" && harness.client.answer(1).resetCode == nil)
        }
    }

    @Test("A refused head is answered at once.")
    func refused() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.decide = { _ in .refuse(HTTPResponse(.notFound)) }
            harness.send(Client.get(1) + Client.headers(3, Client.fields("POST"), ends: false))
            #expect(harness.client.answer(1).status == "404" && harness.client.answer(1).resetCode == nil)
            harness.send(Client.headers(5, Client.fields("POST"), ends: false) + Client.data(5, [1]))
            harness.send(Client.data(5, [2], ends: true))
            harness.advance(.seconds(5))
            #expect(harness.client.answer(3).status == "404" && harness.client.answer(3).resetCode == 0)
            #expect(harness.client.answer(5).status == "404" && harness.client.answer(5).resetCode == nil)
        }
    }

    @Test("An answer given later is sent, and the connection is asked to flush.")
    func later() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { _ in nil }
            harness.send(Client.get(1) + Client.get(3))
            #expect(harness.client.answer(1).status == nil)
            let before = harness.flushCount
            harness.respond(3, HTTPResponse(.ok))
            harness.respond(1, HTTPResponse(.created))
            harness.respond(1, HTTPResponse(.ok))
            harness.respond(99, HTTPResponse(.ok))
            #expect(harness.client.answer(1).status == "201" && harness.client.answer(3).status == "200")
            #expect(harness.flushCount == before + 2)
        }
    }

    @Test("Large bodies arrive whole through small windows, whatever they are made of.", arguments: 0..<3)
    func large(kind: Int) async throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            defer { _ = try? FileManager.default.removeItem(at: file) }
            try Data([9] + bytes).write(to: file)
            let descriptor = OwnedDescriptor(open(file.path, O_RDONLY))
            harness.answer = { _ in
                switch kind {
                case 0: HTTPResponse(.ok, body: .bytes(bytes))
                case 1: HTTPResponse(.ok, body: .shared(SharedSlice(SharedBytes([9] + bytes), 1..<300_001)))
                default: HTTPResponse(.ok, body: .file(FileSlice(file: descriptor, offset: 1, count: 300_000)))
                }
            }
            harness.send(Client.get(1))
            #expect(harness.client.answer(1).body.count == 65_535)
            while !harness.client.answer(1).isComplete, harness.failure == nil {
                let before = harness.client.answer(1).body.count
                harness.send(Client.windowUpdate(0, 30_000) + Client.windowUpdate(1, 30_000))
                try #require(harness.client.answer(1).body.count > before)
            }
            #expect(harness.client.answer(1).body == bytes)
            #expect(harness.events.last == "finished 1 200 300000")
        }
    }

    @Test("A shared body is referred to, not copied.")
    func sharedIsNotCopied() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { _ in
                HTTPResponse(.ok, body: .shared(SharedSlice(SharedBytes(Array(repeating: 1, count: 60_000)))))
            }
            harness.send(Client.get(1), reads: false)
            let shared = harness.output.pieces.filter { if case .shared = $0 { true } else { false } }
            #expect(shared.count == 4)
            #expect(harness.output.byteCount < 60_000 + 200)
        }
    }

    @Test("A file that became shorter resets the stream, and only it.")
    func truncatedFile() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            let descriptor = OwnedDescriptor(open("/dev/null", O_RDONLY))
            harness.answer = { _ in HTTPResponse(.ok, body: .file(FileSlice(file: descriptor, offset: 0, count: 10))) }
            harness.send(Client.get(1))
            #expect(harness.client.answer(1).resetCode == 2)
            #expect(harness.events.contains("cancelled 1") && harness.failure == nil)
        }
    }

    @Test("Output waits in its bodies once the queue holds its maximum.")
    func outputIsBounded() async throws {
        try await HTTP2Harness.run { loop in
            var limits = HTTPLimits()
            limits.queuedOutputByteCountMax = 100_000
            let harness = HTTP2Harness(loop: loop, limits: limits, settings: [(4, 0x7fff_ffff)])
            harness.send(Client.windowUpdate(0, 0x7000_0000))
            let body = SharedSlice(SharedBytes(Array(repeating: 1, count: 1_000_000)))
            harness.answer = { _ in HTTPResponse(.ok, body: .shared(body)) }
            for stream in stride(from: Int32(1), to: 40, by: 2) { harness.send(Client.get(stream), reads: false) }
            #expect(harness.output.byteCount >= 100_000 && harness.output.byteCount < 120_000)
            harness.read()
            for stream in stride(from: Int32(1), to: 40, by: 2) {
                #expect(harness.client.answer(stream).body.count == 1_000_000)
            }
        }
    }

    @Test("A request may name its host in the field of HTTP/1 alone.")
    func hostAlone() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.send(
                Client.headers(1, [(":method", "GET"), (":scheme", "https"), (":path", "/"), ("host", "a.b:8")]))
            #expect(harness.requests[1]?.authority == Array("a.b:8".utf8))
        }
    }

    @Test("OPTIONS * is a request; cookies that came apart are one field.")
    func oddButLawful() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.send(
                Client.headers(1, Client.fields("OPTIONS", "*", [("cookie", "a=1"), ("x", "y"), ("cookie", "b=2")])))
            #expect(harness.requests[1]?.fields.all(HTTPFieldName("cookie")) == ["a=1; b=2"])
            harness.send(Client.headers(3, Client.fields("GET", "/", [("host", "EXAMPLE.org")])))
            #expect(harness.client.answer(3).status == "200")
        }
    }

    @Test("However the bytes are cut, the same happens.")
    func everyCutIsTheSame() async throws {
        let bytes =
            Client.preface + Client.settings() + Client.get(1, "/one")
            + Client.headers(3, Client.fields("POST", "/two"), ends: false) + Client.ping()
            + Client.data(3, [1, 2, 3]) + Client.frame(0, flags: 8, stream: 3, [1, 4, 0])
            + Client.data(3, [], ends: true)
            + Client.headers(5, Client.fields("GET", "nonsense")) + Client.reset(1) + Client.get(7, "/three")
        try await HTTP2Harness.run { loop in
            func outcome(_ cut: [[UInt8]]) -> [String] {
                let harness = HTTP2Harness(loop: loop, greets: false)
                harness.answer = { $0.path == Array("/one".utf8)[...] ? nil : HTTPResponse(.ok, body: .bytes([1])) }
                for piece in cut { harness.send(piece) }
                let answers = [1, 3, 5, 7].map { harness.client.answer($0) }
                return harness.events.sorted() + answers.map { "\($0.statuses) \($0.body.count) \($0.isComplete)" }
                    + ["\(harness.client.pings.count) \(harness.failure ?? "open")"]
            }
            let whole = outcome([bytes])
            #expect(
                whole.contains("request 3 body=4") && whole.contains("finished 7 200 1")
                    && whole.contains("cancelled 1"))
            for cut in everyCut(bytes) { #expect(outcome(cut) == whole) }
        }
    }
}
