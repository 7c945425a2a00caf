internal import Observability
internal import Primitives
internal import Reactor

/// One COPY on a session of its own, driven by one caller: open, then chunks, then the end.
///
/// The caller waits for each step; nothing is buffered beyond one chunk on either side. A step that takes longer than
/// `copyStallTime` closes the session, and so does letting go of it in the middle: the server then forgets all of it.
final class CopyOperation: @unchecked Sendable {
    // SAFETY: everything that changes is touched on the loop only.

    enum Step: Sendable {
        /// The server waits for rows, or sends them; a put chunk is on its way; an asked one is here.
        case ready
        case chunk([UInt8])
        /// Over, with so many rows.
        case done(rowCount: Int)
        case failed(PostgresError)
    }

    private let loop: EventLoop
    private let statement: PostgresStatement
    private let limits: PostgresLimits
    private var session: PlainSession?
    private var waiter: CheckedContinuation<Step, Never>?
    private var timer: TimerID?
    private var chunk: [UInt8] = []
    private var wantsChunk = false
    private var isPutting = false
    /// What ended it; whoever asks afterwards is told.
    private var last: Step?

    init(loop: EventLoop, statement: PostgresStatement, limits: PostgresLimits) {
        self.loop = loop
        self.statement = statement
        self.limits = limits
    }

    // MARK: From the caller

    func open(_ connector: PostgresConnector) async -> Step {
        await self.step { [self] in
            let isQueued = connector.connect(.long, limits: self.limits.long) { outcome in
                self.loop.execute { self.connected(outcome) }
            }
            if !isQueued { self.finish(.failed(PostgresError(.overloaded, statement: self.statement.name))) }
        }
    }

    /// Comes back when the bytes have been given to the kernel.
    func put(_ bytes: [UInt8]) async -> Step {
        await self.step { [self] in
            guard let session = self.session else { return }
            self.isPutting = true
            if session.put(bytes), session.isFlushed { self.answer(.ready) }
        }
    }

    func putEnd() async -> Step {
        await self.step { [self] in self.session?.putEnd() }
    }

    /// Rows that have come, together as far as there are some.
    func next() async -> Step {
        await self.step { [self] in
            self.wantsChunk = true
            self.gather()
        }
    }

    /// Without an end before it the server forgets the COPY.
    func close() {
        self.loop.executeOnLoop {
            // A session that is still on its way is not begun with.
            if self.last == nil { self.last = .failed(PostgresError(.unavailable, statement: self.statement.name)) }
            self.session?.close()
        }
    }

    private func step(_ begin: @escaping @Sendable () -> Void) async -> Step {
        await withCheckedContinuation { continuation in
            self.loop.executeOnLoop { [self] in
                if let last = self.last { return continuation.resume(returning: last) }
                self.waiter = continuation
                self.timer = self.loop.schedule(at: self.loop.now + self.limits.copyStallTime) { [weak self] in
                    self?.timer = nil
                    self?.stalled()
                }
                begin()
            }
        }
    }

    // MARK: On the loop

    private func connected(_ outcome: PostgresConnector.Outcome) {
        switch outcome {
        case .failed: self.finish(.failed(PostgresError(.unavailable, statement: self.statement.name)))
        case .session(let session):
            // The caller has gone, or was told that it took too long.
            guard self.last == nil else { return }
            let session = PlainSession(raw: session.take(), loop: self.loop, owner: self)
            self.session = session
            if session.start() { session.send(self.statement.sql.description) } else { session.close() }
        }
    }

    private func stalled() {
        self.last = .failed(PostgresError(.timedOut, statement: self.statement.name))
        self.session?.close()
        if let last = self.last { self.answer(last) }
    }

    private func gather() {
        guard self.wantsChunk, let session = self.session else { return }
        // All rows have been taken; what follows is the answer.
        if !session.isCopying { return self.takeEnd(of: session) }
        while self.chunk.count < self.limits.copyChunkByteCount {
            switch session.nextRow() {
            case .bytes(let bytes): self.chunk += bytes
            case .later:
                if self.chunk.isEmpty { session.pauseReading(false) } else { self.answerChunk() }
                return
            case .end:
                if self.chunk.isEmpty { self.takeEnd(of: session) } else { self.answerChunk() }
                return
            }
        }
        self.answerChunk()
    }

    private func takeEnd(of session: PlainSession) {
        session.pauseReading(false)
        session.takeResultsNow()
    }

    /// Until the next is asked for, nothing is read: the server waits for the caller, and no memory fills.
    private func answerChunk() {
        self.wantsChunk = false
        self.session?.pauseReading(true)
        self.answer(.chunk(self.chunk))
        self.chunk = []
    }

    private func finish(_ step: Step) {
        self.last = step
        self.session?.close()
        self.answer(step)
    }

    private func answer(_ step: Step) {
        if let timer = self.timer.take() { self.loop.cancel(timer) }
        self.isPutting = false
        self.waiter.take()?.resume(returning: step)
    }
}

extension CopyOperation: PlainSessionOwner {
    func sessionAnswered(_ session: PlainSession, _ answer: PlainSession.Answer) {
        switch answer {
        case .copyIn: self.answer(.ready)
        case .copyOut:
            session.pauseReading(true)
            self.answer(.ready)
        case .done(let result): self.finish(.done(rowCount: result.affectedCount))
        case .failed(let error): self.finish(.failed(error.of(self.statement)))
        }
    }

    func sessionProgressed(_ session: PlainSession) {
        if self.isPutting, session.isFlushed { self.answer(.ready) }
        self.gather()
    }

    func sessionEnded(_ session: PlainSession) {
        if self.last == nil { self.last = .failed(PostgresError(.unavailable, statement: self.statement.name)) }
        if let last = self.last { self.answer(last) }
    }
}
