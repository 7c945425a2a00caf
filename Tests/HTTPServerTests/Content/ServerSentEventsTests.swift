import HTTPServer
import Primitives
import Reactor
import Testing

/// A connection that takes so many writes and then is full; used on its loop alone.
private final class Client {
    var room = Int.max
    var received: [UInt8] = []
    var isFinished = false
    var isAborted = false

    var text: String { String(decoding: self.received, as: UTF8.self) }

    func writer(on loop: EventLoop) -> HTTPStreamWriter {
        HTTPStreamWriter(
            loop: loop,
            transport: HTTPStreamWriter.Transport(
                write: { bytes in
                    guard self.room > 0 else { return .full }
                    self.room -= 1
                    self.received += bytes
                    return .queued
                }, finish: { self.isFinished = true }, abort: { self.isAborted = true }))
    }
}

/// Begins a stream as a session would, and hands it over.
private func begin(
    _ client: Client, _ loop: EventLoop, _ policy: ServerSentEvents.SlowClientPolicy,
    _ limits: ServerSentEvents.Limits = ServerSentEvents.Limits(),
    _ use: @escaping (ServerSentEvents, HTTPStreamWriter) -> Void
) {
    struct Use: @unchecked Sendable {
        // SAFETY: made and called on the loop of the test, which is the thread of the test.
        let call: (ServerSentEvents, HTTPStreamWriter) -> Void
    }
    let writer = client.writer(on: loop)
    let kept = Use(call: use)
    let response = ServerSentEvents.response(slowClient: policy, limits: limits) { kept.call($0, writer) }
    #expect(response.fields[.contentType] == "text/event-stream")
    #expect(response.fields[.cacheControl] == "no-store")
    guard case .stream(let produce) = response.body else {
        Issue.record("not a stream")
        return
    }
    produce(writer)
}

@Suite("Server-sent events") struct ServerSentEventsTests {
    @Test(
        "an event is written by the rules of its format",
        arguments: [
            (ServerSentEvent("hi"), "data: hi\n\n"), (ServerSentEvent(""), "data: \n\n"),
            (ServerSentEvent("a\nb\r\nc\rd"), "data: a\ndata: b\ndata: c\ndata: d\n\n"),
            (ServerSentEvent("a\n"), "data: a\ndata: \n\n"),
            (
                ServerSentEvent("x", name: "seat", id: "7", retry: .seconds(2)),
                "event: seat\nid: 7\nretry: 2000\ndata: x\n\n"
            ),
            (ServerSentEvent("x", name: "a\ndata: y", id: "1\r\n\0z"), "event: adata: y\nid: 1z\ndata: x\n\n"),
        ])
    func encoding(event: ServerSentEvent, text: String) {
        #expect(String(decoding: event.encoded(), as: UTF8.self) == text)
    }

    /// Runs a test on a loop that lives as long as it.
    private func onLoop(_ body: @escaping @Sendable (EventLoop) -> Void) throws {
        let loop = try EventLoop(index: 0)
        loop.execute { body(loop) }
        loop.run()
    }

    @Test("a slow client loses events, and gets new ones once there is room")
    func skips() throws {
        try self.onLoop { loop in
            let client = Client()
            client.room = 1
            begin(client, loop, .skip) { events, writer in
                #expect(events.send(ServerSentEvent("1")))
                #expect(!events.send(ServerSentEvent("2")))
                client.room = 5
                #expect(!events.send(ServerSentEvent("3")), "not before the connection says that there is room")
                writer.transportDrained()
                #expect(events.send(ServerSentEvent("4")))
                #expect(events.skippedCount == 2)
                #expect(client.text == "data: 1\n\ndata: 4\n\n")
                events.finish()
                #expect(client.isFinished && events.isClosed)
                #expect(!events.send(ServerSentEvent("5")))
            }
            loop.stop()
        }
    }

    @Test("a slow client is dropped when nothing may be lost, and a large event is not sent")
    func drops() throws {
        try self.onLoop { loop in
            let client = Client()
            client.room = 1
            var limits = ServerSentEvents.Limits()
            limits.eventByteCountMax = 20
            begin(client, loop, .drop, limits) { events, _ in
                var closedCount = 0
                events.onClose = { closedCount += 1 }
                #expect(!events.send(ServerSentEvent(String(repeating: "x", count: 20))))
                #expect(events.send(ServerSentEvent("1")))
                #expect(!events.send(ServerSentEvent("2")))
                #expect(client.isAborted && events.isClosed)
                #expect(closedCount == 1)
            }
            loop.stop()
        }
    }

    @Test("a client that goes is told of once")
    func closes() throws {
        try self.onLoop { loop in
            let client = Client()
            begin(client, loop, .drop) { events, writer in
                var closedCount = 0
                events.onClose = { closedCount += 1 }
                writer.transportClosed()
                #expect(closedCount == 1)
                #expect(!events.send(ServerSentEvent("1")))
                events.finish()
                #expect(closedCount == 1 && !client.isFinished)
            }
            loop.stop()
        }
    }

    @Test("silence is filled with comments")
    func heartbeat() throws {
        try self.onLoop { loop in
            let client = Client()
            var limits = ServerSentEvents.Limits()
            limits.heartbeat = .milliseconds(5)
            begin(client, loop, .drop, limits) { events, _ in
                _ = loop.schedule(at: loop.now + .milliseconds(60)) {
                    #expect(client.text.hasPrefix(":\n\n:\n\n"))
                    events.finish()
                    loop.stop()
                }
            }
        }
    }

    @Test("the last event that was seen is read, unless it is endless")
    func lastEvent() throws {
        func last(_ value: String) throws -> String? {
            ServerSentEvents.lastEventID(of: try HTTPTestDriver.request(.get, "/", fields: [("last-event-id", value)]))
        }
        #expect(try last("42") == "42")
        #expect(try last(String(repeating: "1", count: 257)) == nil)
        #expect(ServerSentEvents.lastEventID(of: try HTTPTestDriver.request(.get, "/")) == nil)
    }
}
