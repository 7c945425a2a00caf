internal import HTTPServer
internal import Primitives
internal import Reactor

/// One session fed with pieces of bytes, its requests answered at once, its output taken away after each piece.
struct SessionRun {
    private(set) var requests: [String] = []
    private(set) var output: [UInt8] = []
    private(set) var queuedByteCountMax = 0

    /// Sessions only ask their loop for the time; it never runs.
    private static let loop = Result { () throws(SystemError) in try EventLoop(index: 0) }

    init(
        feeding pieces: [[UInt8]],
        makeSession: (HTTPSessionContext, any HTTPSessionDelegate) -> any HTTPSession
    ) {
        guard case .success(let loop) = Self.loop else { preconditionFailure("no epoll descriptor to be had") }
        let queue = OutputQueue()
        let context = HTTPSessionContext(
            output: queue, limits: HTTPLimits(), loop: loop, date: HTTPDateCache(unixSeconds: 0), isSecure: false,
            peer: nil)
        let delegate = AnsweringDelegate()
        let session = makeSession(context, delegate)
        delegate.session = session
        let now = loop.now
        do throws(HTTPSessionError) {
            for piece in pieces where !session.isFinished {
                try session.receive(piece.span.bytes, now: now)
                try self.take(from: queue, of: session)
            }
            try session.receivedEnd()
            try self.take(from: queue, of: session)
        } catch {
            self.requests.append("ended: \(error.reason)")
        }
        self.takeAll(from: queue)
        session.connectionClosed()
        self.requests += delegate.requests
    }

    /// Does the socket's part, until the session has nothing more to send.
    private mutating func take(
        from queue: OutputQueue, of session: any HTTPSession
    ) throws(HTTPSessionError) {
        while !queue.isEmpty {
            self.takeAll(from: queue)
            try session.outputDrained()
        }
    }

    private mutating func takeAll(from queue: OutputQueue) {
        self.queuedByteCountMax = max(self.queuedByteCountMax, queue.byteCount)
        self.output += queue.copyBytes()
        queue.consume(queue.byteCount)
    }
}

/// Accepts every head and answers every request at once; a path that begins with `/refuse` is refused by its head.
private final class AnsweringDelegate: HTTPSessionDelegate {
    weak var session: (any HTTPSession)?
    var requests: [String] = []

    private static let large = SharedSlice(SharedBytes([UInt8](repeating: 0x61, count: 40_000)))

    func sessionReceivedHead(_ request: inout HTTPRequest, stream: HTTPStreamID) -> HTTPHeadDecision {
        request.path.starts(with: Array("/refuse".utf8))
            ? .refuse(HTTPResponse(.notFound)) : .accept(bodyByteCountMax: 1024)
    }

    func sessionReceivedRequest(_ request: HTTPRequest, stream: HTTPStreamID) {
        self.requests.append("\(request)")
        let body: HTTPBody = request.path.count > 8 ? .shared(Self.large) : .bytes(request.body)
        self.session?.respond(to: stream, with: HTTPResponse(.ok, body: body))
    }

    func sessionStreamCancelled(_ stream: HTTPStreamID) {}
    func sessionReset(_ stream: HTTPStreamID, byPeer: Bool) {}
    func sessionRefusedRequest(_ reason: StaticString) {}
    func sessionFinishedResponse(_ stream: HTTPStreamID, status: HTTPStatus, bodyByteCount: Int) {}
}

extension OutputQueue {
    /// Everything queued, which must not contain files and of which nothing was sent yet.
    fileprivate func copyBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        for piece in self.pieces[self.firstPiece...] {
            switch piece {
            case .copied(let copied): bytes += copied
            case .shared(let slice): bytes += slice.unsafeBytes
            case .file: preconditionFailure("the answering delegate sends no files")
            }
        }
        return bytes + self.tail
    }
}
