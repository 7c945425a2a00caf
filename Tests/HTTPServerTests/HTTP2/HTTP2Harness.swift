import Foundation
import Primitives
import Reactor

@testable import HTTPServer

/// An HTTP/2 session with a client and a delegate of tests around it, without a socket. Time is given.
final class HTTP2Harness: HTTPSessionDelegate {
    let client = HTTP2Client()
    let output = OutputQueue()
    let loop: EventLoop
    let limits: HTTPLimits
    private(set) lazy var session = HTTP2Session(
        context: HTTPSessionContext(
            output: self.output, limits: self.limits, loop: self.loop, date: HTTPDateCache(unixSeconds: 784_111_777),
            isSecure: true, peer: nil, requestFlush: { [unowned self] in self.flushCount += 1 }),
        delegate: self)
    var now: MonotonicTime
    /// What the session told its delegate, one line per call.
    var events: [String] = []
    var requests: [HTTPStreamID: HTTPRequest] = [:]
    private(set) var failure: String?
    private(set) var flushCount = 0

    /// What is decided of heads, and what is answered at once; nil answers later.
    var decide: (borrowing HTTPRequest) -> HTTPHeadDecision = { _ in .accept(bodyByteCountMax: 1024 * 1024) }
    var answer: (HTTPRequest) -> HTTPResponse? = { _ in HTTPResponse(.ok, body: .bytes(Array("hello".utf8))) }

    init(loop: EventLoop, limits: HTTPLimits = HTTPLimits(), greets: Bool = true, settings: [(UInt16, UInt32)] = []) {
        self.loop = loop
        self.limits = limits
        self.now = loop.now
        if greets {
            self.send(HTTP2Client.preface + HTTP2Client.settings(settings) + HTTP2Client.settingsAcknowledgement)
        }
    }

    /// Runs `body` on the thread of a loop of its own.
    static func run(_ body: @Sendable (EventLoop) throws -> Void) async throws {
        let loop = try EventLoop(index: 0)
        Thread.detachNewThread { loop.run() }
        defer { loop.stop() }
        try await withTaskExecutorPreference(loop) { try body(loop) }
    }

    var onFinish: () -> Void = {}

    // MARK: The connection's part

    /// Feeds bytes, and gives what comes back to the client, unless it is held back.
    func send(_ bytes: [UInt8], reads: Bool = true) {
        guard self.failure == nil else { return }
        do throws(HTTPSessionError) {
            try self.session.receive(bytes.span.bytes, now: self.now)
        } catch {
            self.failure = error.reason.description
        }
        if reads { self.read() }
    }

    func advance(_ time: TimeAmount) {
        self.now = self.now + time
        guard self.failure == nil, let deadline = self.session.deadline, deadline <= self.now else { return }
        do throws(HTTPSessionError) {
            try self.session.deadlineReached(now: self.now)
        } catch {
            self.failure = error.reason.description
        }
        self.read()
    }

    /// The client takes all there is.
    func read() {
        repeat {
            for piece in self.output.pieces[self.output.firstPiece...] {
                switch piece {
                case .copied(let bytes): self.client.read(bytes)
                case .shared(let slice): self.client.read(Array(slice.unsafeBytes))
                case .file: preconditionFailure("HTTP/2 reads files itself")
                }
            }
            self.client.read(self.output.tail)
            self.output.removeAll()
            self.session.outputDrained()
        } while !self.output.isEmpty
    }

    func respond(_ stream: HTTPStreamID, _ response: HTTPResponse) {
        self.session.respond(to: stream, with: response)
        self.read()
    }

    // MARK: HTTPSessionDelegate

    func sessionReceivedHead(_ request: inout HTTPRequest, stream: HTTPStreamID) -> HTTPHeadDecision {
        self.events.append("head \(stream) \(request.method.name) \(String(decoding: request.target, as: UTF8.self))")
        return self.decide(request)
    }

    func sessionReceivedRequest(_ request: HTTPRequest, stream: HTTPStreamID) {
        self.events.append("request \(stream) body=\(request.body.count)")
        self.requests[stream] = request
        if let response = self.answer(request) { self.session.respond(to: stream, with: response) }
    }

    func sessionStreamCancelled(_ stream: HTTPStreamID) { self.events.append("cancelled \(stream)") }

    func sessionReset(_ stream: HTTPStreamID, byPeer: Bool) {
        self.events.append("reset \(stream) \(byPeer ? "by peer" : "by us")")
    }

    func sessionRefusedRequest(_ reason: StaticString) { self.events.append("refused \(reason)") }

    func sessionFinishedResponse(_ stream: HTTPStreamID, status: HTTPStatus, bodyByteCount: Int) {
        self.events.append("finished \(stream) \(status.code) \(bodyByteCount)")
        self.onFinish()
    }
}
