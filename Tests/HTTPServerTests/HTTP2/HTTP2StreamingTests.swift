import Primitives
import Reactor
import Testing

@testable import HTTPServer

/// Bodies made while they are sent, and graceful ends.
@Suite struct HTTP2StreamingTests {
    typealias Client = HTTP2Client

    /// Keeps the writer that a response's producer was given.
    private final class Producer: @unchecked Sendable {
        // SAFETY: used on the loop of one test only.
        var writer: HTTPStreamWriter?
        var drainCount = 0
        var closeCount = 0

        var response: HTTPResponse {
            HTTPResponse(
                .ok,
                body: .stream { writer in
                    self.writer = writer
                    writer.onDrain = { self.drainCount += 1 }
                    writer.onClose = { self.closeCount += 1 }
                })
        }
    }

    @Test("What is written goes out at once; the end ends the stream.")
    func writes() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            let producer = Producer()
            harness.answer = { _ in producer.response }
            harness.send(Client.get(1))
            #expect(harness.client.answer(1).status == "200" && harness.client.answer(1)["content-length"] == nil)
            let writer = try #require(producer.writer)
            #expect(writer.write([1, 2]) == .queued)
            harness.read()
            #expect(harness.client.answer(1).body == [1, 2] && !harness.client.answer(1).isComplete)
            #expect(harness.flushCount == 1)
            #expect(writer.write([]) == .queued)
            #expect(writer.write([3]) == .queued)
            writer.finish()
            harness.read()
            #expect(harness.client.answer(1).body == [1, 2, 3] && harness.client.answer(1).isComplete)
            #expect(harness.events.last == "finished 1 200 3" && producer.closeCount == 0)
            #expect(writer.write([4]) == .closed)
        }
    }

    @Test("A producer that writes all from within its call loses nothing.")
    func writesAtOnce() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { _ in
                HTTPResponse(
                    .ok,
                    body: .stream { writer in
                        #expect(writer.write([1]) == .queued)
                        #expect(writer.write([2]) == .queued)
                        writer.finish()
                    })
            }
            harness.send(Client.get(1) + Client.get(3))
            #expect(harness.client.answer(1).body == [1, 2] && harness.client.answer(3).isComplete)
        }
    }

    @Test("A producer waits while the client's window is shut, and goes on when it opens.")
    func backPressure() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop, settings: [(4, 0)])
            let producer = Producer()
            harness.answer = { _ in producer.response }
            harness.send(Client.get(1))
            let writer = try #require(producer.writer)
            let piece = Array(repeating: UInt8(5), count: 16 * 1024)
            for _ in 0..<4 { #expect(writer.write(piece) == .queued) }
            #expect(writer.write(piece) == .full && writer.write([1]) == .full)
            #expect(producer.drainCount == 0)
            harness.send(Client.windowUpdate(1, 16 * 1024))
            #expect(producer.drainCount == 0)
            writer.onDrain = {
                producer.drainCount += 1
                while writer.write(piece) == .queued {}
            }
            harness.send(Client.windowUpdate(1, 32 * 1024))
            #expect(producer.drainCount == 1)
            harness.send(Client.windowUpdate(1, 1_000_000) + Client.windowUpdate(0, 1_000_000))
            #expect(harness.client.answer(1).body.count > 500_000)
            #expect(harness.client.answer(1).body.allSatisfy { $0 == 5 })
        }
    }

    @Test("A stream that waits for its producer is not a client's stall.")
    func quietProducer() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            let producer = Producer()
            harness.answer = { _ in producer.response }
            harness.send(Client.get(1))
            harness.advance(.seconds(3600))
            #expect(harness.failure == nil && !harness.session.isFinished)
            #expect(producer.writer?.write([1]) == .queued)
            harness.read()
            #expect(harness.client.answer(1).body == [1])
        }
    }

    @Test("A producer that gives up resets its stream, and is not counted against the client.")
    func aborts() async throws {
        try await HTTP2Harness.run { loop in
            var limits = HTTPLimits()
            limits.resetCountMax = 0
            let harness = HTTP2Harness(loop: loop, limits: limits)
            let producer = Producer()
            harness.answer = { _ in producer.response }
            harness.send(Client.get(1))
            #expect(producer.writer?.write([1]) == .queued)
            producer.writer?.abort()
            harness.read()
            #expect(harness.client.answer(1).resetCode == 2 && !harness.client.answer(1).isComplete)
            #expect(harness.failure == nil && harness.session.deadline.map { $0 > harness.now } == true)
            #expect(harness.events.suffix(2) == ["reset 1 by us", "cancelled 1"])
        }
    }

    @Test("A producer is told once that the client is gone.", arguments: [true, false])
    func clientGoes(byReset: Bool) async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            let producer = Producer()
            harness.answer = { _ in producer.response }
            harness.send(Client.get(1))
            if byReset { harness.send(Client.reset(1)) }
            harness.session.connectionClosed()
            #expect(producer.closeCount == 1 && producer.writer?.write([1]) == .closed)
            #expect(harness.events.filter { $0 == "cancelled 1" }.count == 1)
        }
    }

    @Test("A writer that outlives its session does nothing.")
    func writerOutlivesSession() async throws {
        try await HTTP2Harness.run { loop in
            let producer = Producer()
            do {
                let harness = HTTP2Harness(loop: loop)
                harness.answer = { _ in producer.response }
                harness.send(Client.get(1))
            }
            #expect(producer.writer?.write([1]) == .closed)
            producer.writer?.finish()
        }
    }

    // MARK: Ends

    @Test("A drain is announced, takes what was under way, and ends when all is answered.")
    func drain() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { _ in nil }
            harness.send(Client.get(1))
            harness.session.beginDrain()
            harness.session.beginDrain()
            harness.read()
            #expect(harness.client.goAways.map(\.lastStream) == [0x7fff_ffff])
            #expect(harness.client.pings.count == 1)
            harness.send(Client.get(3))
            #expect(harness.requests[3] != nil)
            harness.send(Client.ping(acknowledges: true, Array(repeating: 0, count: 8)))
            #expect(harness.client.goAways.map(\.lastStream) == [0x7fff_ffff, 3])
            harness.send(Client.get(5))
            #expect(harness.requests[5] == nil)
            harness.respond(1, HTTPResponse(.ok))
            #expect(!harness.session.isFinished)
            harness.respond(3, HTTPResponse(.ok))
            #expect(harness.client.answer(3).status == "200" && harness.session.isFinished)
            #expect(harness.client.goAways.map(\.code) == [0, 0])
        }
    }

    @Test("A client that does not answer the notice is told the last stream after a second.")
    func drainWithoutAnswer() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.send(Client.get(1))
            harness.session.beginDrain()
            harness.advance(.milliseconds(999))
            harness.read()
            #expect(harness.client.goAways.count == 1 && !harness.session.isFinished)
            harness.advance(.milliseconds(1))
            #expect(harness.client.goAways.count == 2 && harness.session.isFinished)
        }
    }

    @Test("A connection that had its number of requests is drained.")
    func requestCount() async throws {
        try await HTTP2Harness.run { loop in
            var limits = HTTPLimits()
            limits.requestCountPerConnectionMax = 3
            let harness = HTTP2Harness(loop: loop, limits: limits)
            harness.send(Client.get(1) + Client.get(3))
            #expect(harness.client.goAways.isEmpty)
            harness.send(Client.get(5))
            #expect(harness.client.answer(5).status == "200" && harness.client.goAways.count == 1)
            harness.send(Client.ping(acknowledges: true))
            #expect(harness.session.isFinished)
        }
    }

    @Test("After the client's end, what it asked for is still answered, and half a request is not.")
    func clientEnds() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { _ in nil }
            harness.send(Client.get(1) + Client.headers(3, Client.fields("POST"), ends: false))
            harness.session.receivedEnd()
            #expect(harness.events.contains("cancelled 3") && !harness.session.isFinished)
            harness.respond(1, HTTPResponse(.ok))
            #expect(harness.client.answer(1).status == "200" && harness.session.isFinished)
        }
    }

    @Test("When the connection goes, every stream not answered is cancelled once.")
    func connectionGoes() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop, settings: [(4, 0)])
            harness.answer = { $0.path == Array("/later".utf8)[...] ? nil : HTTPResponse(.ok, body: .bytes([1])) }
            harness.send(
                Client.get(1, "/later") + Client.get(3) + Client.headers(5, Client.fields("POST"), ends: false))
            harness.session.connectionClosed()
            harness.session.connectionClosed()
            #expect(
                harness.events.filter { $0.hasPrefix("cancelled") }.sorted() == [
                    "cancelled 1", "cancelled 3", "cancelled 5",
                ])
            #expect(harness.session.isFinished && harness.session.deadline == nil)
            harness.session.respond(to: 1, with: HTTPResponse(.ok))
            harness.send(Client.get(7))
            #expect(harness.requests[7] == nil)
        }
    }

    @Test(
        "The connection may go in the middle of a call, while requests arrive or answers leave.",
        arguments: [true, false])
    func connectionGoesWithin(whileReceiving: Bool) async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { request in
                if whileReceiving, request.path == Array("/two".utf8)[...] { harness.session.connectionClosed() }
                return HTTPResponse(.ok, body: .bytes([1]))
            }
            harness.onFinish = { if !whileReceiving { harness.session.connectionClosed() } }
            harness.send(Client.get(1, "/one") + Client.get(3, "/two") + Client.get(5, "/three"))
            #expect(harness.failure == nil && harness.session.isFinished)
            #expect(harness.requests.count == (whileReceiving ? 2 : 3))
            let endings = harness.events.filter { $0.hasPrefix("cancelled") || $0.hasPrefix("finished") }
            #expect(endings.count == harness.requests.count)
        }
    }
}
