import Primitives
import Reactor
import Testing

@testable import HTTPServer

/// Clients that hold answers back, and clients whose requests stay in memory for long.
@Suite struct HTTP2SlowClientTests {
    typealias Client = HTTP2Client

    private static let large = HTTPResponse(.ok, body: .bytes(Array(repeating: 0, count: 500_000)))

    // MARK: Windows

    @Test("A client that asks and never opens its window is given up.")
    func zeroWindow() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop, settings: [(4, 0)])
            harness.send(Client.get(1))
            #expect(harness.client.answer(1).status == "200" && harness.client.answer(1).body.isEmpty)
            harness.advance(.seconds(29))
            #expect(harness.failure == nil)
            harness.advance(.seconds(1))
            #expect(harness.failure == "h2-window-stalled" && harness.client.goAways.last?.code == 11)
            harness.session.connectionClosed()
            #expect(harness.events.last == "cancelled 1")
        }
    }

    @Test("A window opened byte by byte is as good as closed; one opened fast enough is not.", arguments: [1, 4000])
    func trickledWindow(byteCount: UInt32) async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop, settings: [(4, 0)])
            harness.answer = { _ in HTTPResponse(.ok, body: .bytes(Array(repeating: 0, count: 500_000))) }
            harness.send(Client.get(1) + Client.windowUpdate(0, 1_000_000))
            for _ in 0..<35 where harness.failure == nil {
                harness.send(Client.windowUpdate(1, byteCount))
                harness.advance(.seconds(1))
            }
            #expect(harness.failure == (byteCount == 1 ? "h2-window-stalled" : nil))
        }
    }

    @Test("A stream that moves does not keep those alive that do not, and they do not end it.")
    func stallsAreJudgedByStream() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop, settings: [(4, 0)])
            harness.answer = { _ in Self.large }
            harness.send(Client.windowUpdate(0, 1_000_000))
            for index in 0..<128 { harness.send(Client.get(Int32(2 * index + 1))) }
            for _ in 0..<65 {
                harness.send(Client.windowUpdate(1, 2000) + Client.windowUpdate(3, 100))
                harness.advance(.seconds(1))
            }
            #expect(harness.failure == nil)
            #expect(harness.client.answer(1).body.count == 130_000 && harness.client.answer(1).resetCode == nil)
            for index in 1..<128 { #expect(harness.client.answer(Int32(2 * index + 1)).resetCode == 11) }
            #expect(harness.events.filter { $0 == "refused h2-stream-stalled" }.count == 127)
            #expect(harness.events.filter { $0.hasPrefix("cancelled") }.count == 127)
        }
    }

    @Test("One answer that is not taken costs the client nothing else.")
    func pausedAnswer() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { $0.path == Array("/large".utf8)[...] ? Self.large : nil }
            harness.send(Client.windowUpdate(0, 1_000_000) + Client.get(1, "/large") + Client.get(3, "/later"))
            harness.advance(.seconds(30))
            #expect(harness.client.answer(1).body.count == 65_535 && harness.client.answer(1).resetCode == nil)
            harness.advance(.seconds(30))
            #expect(harness.client.answer(1).resetCode == 11 && harness.failure == nil)
            harness.respond(3, HTTPResponse(.ok))
            #expect(harness.client.answer(3).status == "200")
        }
    }

    @Test("The window of the whole connection is judged by what the whole connection has sent.", arguments: [0, 1500])
    func connectionWindow(byteCount: UInt32) async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop, settings: [(4, 1_000_000)])
            harness.answer = { _ in Self.large }
            for index in 0..<10 { harness.send(Client.get(Int32(2 * index + 1))) }
            for _ in 0..<65 where harness.failure == nil {
                if byteCount > 0 { harness.send(Client.windowUpdate(0, byteCount)) }
                harness.advance(.seconds(1))
            }
            #expect(harness.failure == (byteCount == 0 ? "h2-window-stalled" : nil))
            for index in 0..<10 { #expect(harness.client.answer(Int32(2 * index + 1)).resetCode == nil) }
        }
    }

    // MARK: Bodies

    @Test("A body that comes too slowly is 408, and the connection goes on.")
    func slowBody() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.send(Client.headers(1, Client.fields("POST"), ends: false))
            harness.send(Client.headers(3, Client.fields("POST"), ends: false))
            harness.send(Client.data(3, Array(repeating: 0, count: 10_240)))
            harness.advance(.seconds(5))
            #expect(harness.client.answer(1).status == "408" && harness.client.answer(1).resetCode == nil)
            #expect(harness.client.answer(3).status == nil)
            harness.advance(.seconds(9))
            #expect(harness.client.answer(1).resetCode == 0 && harness.client.answer(3).status == nil)
            harness.advance(.seconds(1))
            #expect(harness.client.answer(3).status == "408" && harness.failure == nil)
            #expect(harness.events.filter { $0 == "refused body-too-slow" }.count == 2)
        }
    }

    @Test("A body that came fast may pause for a while, not for as long as it could have taken.")
    func bodyLeadTime() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.send(Client.headers(1, Client.fields("POST"), ends: false))
            for _ in 0..<50 { harness.send(Client.data(1, Array(repeating: 0, count: 10_000))) }
            for _ in 0..<29 { harness.advance(.seconds(1)) }
            #expect(harness.client.answer(1).status == nil)
            harness.advance(.seconds(1))
            #expect(harness.client.answer(1).status == "408")
        }
    }

    @Test("All bodies of a connection together have a bound, until their requests are answered.")
    func bodiesTogether() async throws {
        try await HTTP2Harness.run { loop in
            var limits = HTTPLimits()
            limits.bufferedBodyByteCountMax = 1000
            let harness = HTTP2Harness(loop: loop, limits: limits)
            harness.answer = { _ in nil }
            func post(_ stream: Int32, ends: Bool = true) {
                harness.send(Client.headers(stream, Client.fields("POST"), ends: false))
                harness.send(Client.data(stream, Array(repeating: 0, count: 500), ends: ends))
            }
            post(1)
            post(3, ends: false)
            post(5)
            #expect(harness.client.answer(5).status == "503" && harness.requests[5] == nil)
            #expect(harness.events.contains("refused h2-too-much-body"))
            // An answer makes room, and so does a body that is taken back; a request that was taken back does when its
            // handler is done.
            harness.respond(1, HTTPResponse(.ok))
            post(7)
            harness.send(Client.reset(3))
            post(9)
            #expect(harness.requests[7]?.body.count == 500 && harness.requests[9]?.body.count == 500)
            harness.send(Client.reset(7))
            post(11)
            #expect(harness.client.answer(11).status == "503")
            harness.respond(7, HTTPResponse(.ok))
            post(13)
            #expect(harness.requests[13]?.body.count == 500 && harness.failure == nil)
        }
    }
}
