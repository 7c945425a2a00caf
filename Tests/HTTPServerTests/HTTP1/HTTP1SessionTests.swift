import Primitives
import Reactor
import Testing

@testable import HTTPServer

/// A session with a delegate that answers by path, no socket and no clock but the one it is given.
private final class SessionHarness: HTTPSessionDelegate {
    let output = OutputQueue()
    private(set) var session: HTTP1Session?
    private(set) var events: [String] = []
    /// Streams of `/later`, which the test answers itself.
    private(set) var waiting: [HTTPStreamID] = []
    let start: MonotonicTime

    init(_ limits: HTTPLimits = HTTPLimits()) throws {
        let loop = try EventLoop(index: 0)
        self.start = loop.now
        self.session = HTTP1Session(
            context: HTTPSessionContext(
                output: self.output, limits: limits, loop: loop, date: HTTPDateCache(unixSeconds: 0), isSecure: false,
                peer: nil), delegate: self)
    }

    func sessionReceivedHead(_ request: inout HTTPRequest, stream: HTTPStreamID) -> HTTPHeadDecision {
        let path = String(decoding: request.path, as: UTF8.self)
        self.events.append("head \(stream) \(path)")
        return path == "/refused" ? .refuse(HTTPResponse(.forbidden)) : .accept(bodyByteCountMax: 10)
    }

    func sessionReceivedRequest(_ request: HTTPRequest, stream: HTTPStreamID) {
        self.events.append("request \(stream) \(String(decoding: request.body, as: UTF8.self))")
        if request.path.elementsEqual("/later".utf8) {
            self.waiting.append(stream)
        } else {
            self.session?.respond(to: stream, with: HTTPResponse(.ok, body: .bytes(Array("\(stream)".utf8))))
        }
    }

    func sessionStreamCancelled(_ stream: HTTPStreamID) { self.events.append("cancelled \(stream)") }
    func sessionReset(_ stream: HTTPStreamID, byPeer: Bool) {}
    func sessionRefusedRequest(_ reason: StaticString) {}
    func sessionFinishedResponse(_ stream: HTTPStreamID, status: HTTPStatus, bodyByteCount: Int) {
        self.events.append("finished \(stream) \(status.code) \(bodyByteCount)")
    }

    /// Gives bytes and returns what came out, without the date.
    func exchange(_ text: String, after time: TimeAmount = .seconds(0)) throws -> String {
        let bytes = Array(text.utf8)
        do { try self.session?.receive(bytes.span.bytes, now: self.start + time) } catch {
            return self.takeOutput() + "[\(error.reason)]"
        }
        return self.takeOutput()
    }

    var finishedCount: Int { self.events.count { $0.hasPrefix("finished") } }

    func takeOutput() -> String {
        let bytes = self.output.tail
        self.output.removeAll()
        return String(decoding: bytes, as: UTF8.self)
            .split(separator: "\r\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("date: ") }.joined(separator: "|")
    }
}

@Suite("An HTTP/1 connection") struct HTTP1SessionTests {
    private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("answers pipelined requests in order") func pipelining() throws {
        let harness = try SessionHarness()
        let one = "HTTP/1.1 200 OK|content-length: 1||"
        #expect(try harness.exchange(self.get + self.get + self.get) == one + "1" + one + "2" + one + "3")
        #expect(harness.session?.isFinished == false)
    }

    @Test("holds what comes ahead of an answer, within its bound") func ahead() throws {
        var limits = HTTPLimits()
        limits.pipelinedByteCountMax = 60
        let harness = try SessionHarness(limits)
        #expect(try harness.exchange("GET /later HTTP/1.1\r\nHost: a\r\n\r\n" + self.get) == "")
        #expect(harness.session?.wantsInput == true)
        #expect(try harness.exchange(self.get + self.get) == "")
        #expect(harness.session?.wantsInput == false)
        harness.session?.respond(to: 1, with: HTTPResponse(.noContent))
        #expect(try harness.exchange("").hasPrefix("HTTP/1.1 204 No Content||HTTP/1.1 200 OK|"))
        #expect(harness.events.last == "finished 4 200 1")
        #expect(harness.session?.wantsInput == true)
    }

    @Test("begins no request while too much output waits, and goes on when it has drained") func outputBound() throws {
        var limits = HTTPLimits()
        // Two whole answers and the beginning of a third, with the date that the harness leaves out.
        limits.pipelinedOutputByteCountMax = 200
        let harness = try SessionHarness(limits)
        let requests = Array(String(repeating: self.get, count: 7).utf8)
        try harness.session?.receive(requests.span.bytes, now: harness.start)
        #expect(harness.finishedCount == 3 && harness.output.byteCount >= 200)
        #expect(harness.session?.wantsInput == true && harness.session?.deadline == nil)
        // One byte of room is enough; without it nothing happens.
        try harness.session?.outputDrained()
        #expect(harness.finishedCount == 3)
        harness.output.consume(harness.output.byteCount - 199)
        try harness.session?.outputDrained()
        #expect(harness.finishedCount == 4)
        harness.output.removeAll()
        try harness.session?.outputDrained()
        #expect(harness.finishedCount == 7 && harness.session?.deadline == harness.start + limits.idleTime)
    }

    @Test("answers what waited for room after its client's last byte, then closes", arguments: ["", "GET"])
    func outputBoundAfterEnd(unfinished: String) throws {
        var limits = HTTPLimits()
        limits.pipelinedOutputByteCountMax = 1
        let harness = try SessionHarness(limits)
        #expect(try harness.exchange(self.get + self.get + unfinished).components(of: "HTTP/1.1 200 OK") == 1)
        try harness.session?.receivedEnd()
        #expect(harness.session?.isFinished == false)
        try harness.session?.outputDrained()
        #expect(harness.takeOutput().components(of: "HTTP/1.1 200 OK") == 1)
        if unfinished.isEmpty {
            try harness.session?.outputDrained()
        } else {
            #expect(throws: HTTPSessionError("request-truncated")) { try harness.session?.outputDrained() }
        }
        #expect(harness.finishedCount == 2 && harness.session?.isFinished == true)
    }

    @Test("may end in a request that was sent ahead") func endsInHeld() throws {
        let ahead = [
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", "bad\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        ]
        for last in ahead {
            let harness = try SessionHarness()
            _ = try harness.exchange("GET /later HTTP/1.1\r\nHost: a\r\n\r\n" + last + self.get)
            harness.session?.respond(to: 1, with: HTTPResponse(.noContent))
            #expect(try harness.exchange("").components(of: "HTTP/1.1 ") == 2)
            #expect(harness.session?.isFinished == true)
        }
    }

    @Test("answers HEAD without a body") func head() throws {
        let harness = try SessionHarness()
        #expect(
            try harness.exchange("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n") == "HTTP/1.1 200 OK|content-length: 1||")
    }

    @Test("closes when asked, when draining, and after its last request") func closing() throws {
        let close = "HTTP/1.1 200 OK|content-length: 1|connection: close||1"
        let asked = try SessionHarness()
        #expect(
            try asked.exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + self.get) == close)
        #expect(asked.session?.isFinished == true)
        let draining = try SessionHarness()
        draining.session?.beginDrain()
        #expect(draining.session?.isFinished == false)
        #expect(try draining.exchange(self.get) == close)
        var limits = HTTPLimits()
        limits.requestCountPerConnectionMax = 1
        #expect(try SessionHarness(limits).exchange(self.get) == close)
        let old = try SessionHarness()
        #expect(try old.exchange("GET / HTTP/1.0\r\n\r\n") == close)
        #expect(
            try SessionHarness().exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                == "HTTP/1.1 200 OK|content-length: 1|connection: keep-alive||1")
    }

    @Test("invites an expected body, and refuses one that is too large without it") func expectations() throws {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
        let harness = try SessionHarness()
        #expect(try harness.exchange(head + "3\r\n\r\n") == "HTTP/1.1 100 Continue||")
        #expect(try harness.exchange("abc").hasPrefix("HTTP/1.1 200 OK"))
        #expect(harness.events.contains("request 1 abc"))
        let large = try SessionHarness()
        #expect(try large.exchange(head + "11\r\n\r\n").hasPrefix("HTTP/1.1 413 Content Too Large|"))
        #expect(large.session?.isFinished == true)
    }

    @Test("never takes more of a body than its route allows") func bodyLimit() throws {
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let exact = try SessionHarness()
        _ = try exact.exchange(chunked + "5\r\nabcde\r\n5\r\nfghij\r\n0\r\n\r\n")
        #expect(exact.events.contains("request 1 abcdefghij"))
        let over = try SessionHarness()
        let answer = try over.exchange(chunked + "5\r\nabcde\r\n6\r\nfghijk\r\n0\r\n\r\n" + self.get)
        #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.hasSuffix("[body-too-large]"))
        #expect(!over.events.contains { $0.hasPrefix("request") })
    }

    @Test("refused by its head closes only when a body would follow") func refusal() throws {
        let harness = try SessionHarness()
        let refused = "HTTP/1.1 403 Forbidden|content-length: 0|"
        #expect(try harness.exchange("GET /refused HTTP/1.1\r\nHost: a\r\n\r\n") == refused + "|")
        let body = "POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n" + self.get
        #expect(try harness.exchange(body) == refused + "connection: close||")
        #expect(harness.events.last == "finished 2 403 0")
    }

    @Test("is told why a bad request was refused, once") func badRequest() throws {
        let harness = try SessionHarness()
        let answer = try harness.exchange(self.get + "GET / HTTP/1.1\r\n\r\n" + self.get)
        #expect(answer.components(of: "HTTP/1.1 ") == 2)
        #expect(answer.hasSuffix("connection: close||400 Bad Request\n[host-missing]"))
        #expect(try harness.exchange(self.get) == "")
    }

    @Test("has a deadline for a head, for a body by its rate, and for idling") func deadlines() throws {
        let limits = HTTPLimits()
        let harness = try SessionHarness()
        #expect(harness.session?.deadline == harness.start + limits.headTime)
        _ = try harness.exchange("GET", after: .seconds(1))
        #expect(harness.session?.deadline == harness.start + .seconds(1) + limits.headTime)
        _ = try harness.exchange(" / HT", after: .seconds(3))
        #expect(harness.session?.deadline == harness.start + .seconds(1) + limits.headTime)
        _ = try harness.exchange("TP/1.1\r\nHost: a\r\n\r\n", after: .seconds(4))
        #expect(harness.session?.deadline == harness.start + .seconds(4) + limits.idleTime)
        _ = try harness.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", after: .seconds(5))
        #expect(harness.session?.deadline == harness.start + .seconds(5) + limits.bodyGraceTime)
        #expect(throws: HTTPSessionError("body-too-slow")) {
            try harness.session?.deadlineReached(now: harness.start + .seconds(20))
        }
        #expect(harness.takeOutput().hasPrefix("HTTP/1.1 408 Request Timeout|"))
        let slow = try SessionHarness()
        _ = try slow.exchange("GET")
        #expect(throws: HTTPSessionError("head-too-slow")) {
            try slow.session?.deadlineReached(now: slow.start + .seconds(20))
        }
        #expect(slow.takeOutput().hasPrefix("HTTP/1.1 408 Request Timeout|"))
    }

    @Test("gives a body that came early no endless time for its rest") func bodyLeadTime() throws {
        var limits = HTTPLimits()
        limits.bodyBytesPerSecondMin = 1
        limits.bodyLeadTimeMax = .seconds(2)
        let harness = try SessionHarness(limits)
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"
        _ = try harness.exchange(head + "a")
        #expect(harness.session?.deadline == harness.start + limits.bodyGraceTime + .seconds(1))
        _ = try harness.exchange("bcdefgh")
        #expect(harness.session?.deadline == harness.start + limits.bodyGraceTime + .seconds(2))
    }

    @Test("that is gone cancels what was being answered") func gone() throws {
        let harness = try SessionHarness()
        _ = try harness.exchange("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
        harness.session?.connectionClosed()
        #expect(harness.events.last == "cancelled 1")
        harness.session?.respond(to: 1, with: HTTPResponse(.ok))
        #expect(harness.takeOutput() == "")
    }

    @Test("whose client has sent its last byte is still answered, then closed") func halfClosed() throws {
        let harness = try SessionHarness()
        _ = try harness.exchange("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
        try harness.session?.receivedEnd()
        #expect(harness.session?.isFinished == false)
        harness.session?.respond(to: 1, with: HTTPResponse(.ok))
        #expect(harness.takeOutput() == "HTTP/1.1 200 OK|content-length: 0|connection: close||")
        #expect(harness.session?.isFinished == true)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
