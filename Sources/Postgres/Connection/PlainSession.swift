internal import CLibPQ
internal import Primitives
internal import Reactor

/// Whoever uses a plain session. Called on its loop.
protocol PlainSessionOwner: AnyObject {
    func sessionAnswered(_ session: PlainSession, _ answer: PlainSession.Answer)
    func sessionNotified(_ session: PlainSession, channel: String, payload: String)
    /// Rows of a COPY may be taken, or more may be put.
    func sessionProgressed(_ session: PlainSession)
    func sessionEnded(_ session: PlainSession)
}

extension PlainSessionOwner {
    func sessionNotified(_ session: PlainSession, channel: String, payload: String) {}
    func sessionProgressed(_ session: PlainSession) {}
}

/// A session with the server outside of pipeline mode, with one statement at a time: for LISTEN and for COPY, which
/// pipelines cannot have.
final class PlainSession: EventSource {
    enum Answer {
        case done(PostgresResult)
        case failed(PostgresError)
        /// Rows are expected from us, or come.
        case copyIn, copyOut
    }

    enum CopyRow {
        case bytes([UInt8])
        /// None has come whole yet.
        case later
        /// No more come; the answer follows.
        case end
    }

    private let raw: OpaquePointer
    private let descriptor: CInt
    private let loop: EventLoop
    private let usesTLS: Bool
    private weak var owner: (any PlainSessionOwner)?
    private var events: ReadyEvents = [.readable]
    private(set) var isClosed = false
    private var isRegistered = false
    /// While rows are copied there are no results to take.
    private(set) var isCopying = false
    private var isReadingPaused = false

    init(raw: OpaquePointer, loop: EventLoop, owner: any PlainSessionOwner) {
        self.raw = raw
        self.descriptor = PQsocket(raw)
        self.loop = loop
        self.owner = owner
        self.usesTLS = PQsslInUse(raw) == 1
    }

    deinit { if !self.isClosed { PQfinish(self.raw) } }

    func start() -> Bool {
        guard PQsetnonblocking(self.raw, 1) == 0 else { return false }
        do {
            try self.loop.register(self.descriptor, self.events, self)
        } catch {
            return false
        }
        self.isRegistered = true
        return true
    }

    func close() {
        guard !self.isClosed else { return }
        self.isClosed = true
        if self.isRegistered { self.loop.remove(self.descriptor) }
        PQfinish(self.raw)
        self.owner?.sessionEnded(self)
    }

    /// The statement's answer comes by `sessionAnswered`.
    func send(_ sql: String) {
        guard !self.isClosed else { return }
        if PQsendQuery(self.raw, sql) == 1 { self.flush() } else { self.close() }
    }

    // MARK: COPY

    /// Queues bytes of a COPY; they are gone when `isFlushed`. False when the session has ended.
    func put(_ bytes: [UInt8]) -> Bool {
        guard !self.isClosed else { return false }
        let result = bytes.withUnsafeBytes {
            PQputCopyData(self.raw, $0.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(clamping: bytes.count))
        }
        guard result == 1 else {
            self.close()
            return false
        }
        self.flush()
        return !self.isClosed
    }

    /// Ends a COPY to the server, whose answer follows.
    func putEnd() {
        guard !self.isClosed else { return }
        self.isCopying = false
        guard PQputCopyEnd(self.raw, nil) == 1 else { return self.close() }
        self.flush()
        // The server may have refused a row long ago: its answer was read then, and nothing more comes.
        self.takeResults()
    }

    var isFlushed: Bool { !self.events.contains(.writable) }

    func nextRow() -> CopyRow {
        guard !self.isClosed else { return .end }
        var buffer: UnsafeMutablePointer<CChar>?
        let count = PQgetCopyData(self.raw, &buffer, 1)
        if count > 0, let buffer {
            defer { PQfreemem(buffer) }
            return .bytes(Array(UnsafeRawBufferPointer(start: buffer, count: Int(count))))
        }
        if count == 0 { return .later }
        self.isCopying = false
        return .end
    }

    /// What has come is looked at by a call of the owner's, not of the loop's.
    func takeResultsNow() { self.takeResults() }

    /// The server is held back while nobody takes what it sends.
    func pauseReading(_ isPaused: Bool) {
        self.isReadingPaused = isPaused
        self.watch(isFlushed: self.isFlushed)
    }

    // MARK: From the loop

    func ready(_ events: ReadyEvents) {
        guard !self.isClosed else { return }
        if events.contains(.writable) { self.flush() }
        guard !self.isClosed else { return }
        if !self.isReadingPaused || !events.isDisjoint(with: [.failed, .hungUp]) { self.receive() }
        if !self.isClosed, self.isCopying { self.owner?.sessionProgressed(self) }
    }

    private func receive() {
        repeat {
            let isOpen = PQconsumeInput(self.raw) == 1
            self.takeNotifications()
            self.takeResults()
            if !isOpen { return self.close() }
        } while self.usesTLS && !self.isClosed && podo_pg_tls_pending(self.raw) > 0
    }

    private func takeNotifications() {
        while !self.isClosed, let notification = PQnotifies(self.raw) {
            let channel = String(cString: notification.pointee.relname)
            let payload = String(cString: notification.pointee.extra)
            PQfreemem(notification)
            self.owner?.sessionNotified(self, channel: channel, payload: payload)
        }
    }

    /// A statement is over when libpq has no more results of it; its last one is the answer.
    private var lastAnswer: Answer?

    private func takeResults() {
        while !self.isClosed, !self.isCopying, PQisBusy(self.raw) == 0 {
            guard let result = PQgetResult(self.raw) else {
                guard let answer = self.lastAnswer.take() else { return }
                self.owner?.sessionAnswered(self, answer)
                continue
            }
            self.take(result)
        }
    }

    private func take(_ result: OpaquePointer) {
        switch PQresultStatus(result) {
        case PGRES_COPY_IN, PGRES_COPY_OUT:
            self.isCopying = true
            let answer = PQresultStatus(result) == PGRES_COPY_IN ? Answer.copyIn : .copyOut
            PQclear(result)
            self.owner?.sessionAnswered(self, answer)
        case PGRES_FATAL_ERROR:
            if case .failed = self.lastAnswer {
                PQclear(result)
            } else {
                self.lastAnswer = .failed(PostgresError(PostgresFailure(result).code))
                PQclear(result)
            }
        default:
            let result = PostgresResult(owning: result)
            if case .failed = self.lastAnswer { return }
            self.lastAnswer = .done(result)
        }
    }

    private func flush() {
        let result = PQflush(self.raw)
        if result < 0 { return self.close() }
        self.watch(isFlushed: result == 0)
    }

    private func watch(isFlushed: Bool) {
        guard !self.isClosed, self.isRegistered else { return }
        var wanted: ReadyEvents = self.isReadingPaused ? [] : [.readable]
        if !isFlushed { wanted.insert(.writable) }
        guard wanted != self.events else { return }
        self.events = wanted
        self.loop.change(self.descriptor, wanted)
    }
}
