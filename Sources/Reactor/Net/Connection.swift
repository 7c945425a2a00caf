internal import CLinux
internal import Glibc
package import Primitives

/// One TCP connection, living on one loop: reads as bytes come, sends its output queue as the peer takes it.
///
/// The handler puts bytes into `output` and calls `flush`. Nothing grows without bound: a handler that cannot take
/// more pauses reading, and `connectionOutputDrained` tells it when to produce more. The poller owns the connection
/// until it closes; connection and handler own one another until then.
package final class Connection: EventSource {
    /// Bounds of one connection's dealings with its socket.
    package struct Limits: Sendable {
        /// Below this much queued output the handler is asked for more.
        package var lowWaterByteCount = 16 * 1024
        /// Reads of up to 64 KiB per readiness, before other connections have their turn.
        package var readCountPerTurnMax = 4
        /// Bytes sent per readiness, before other connections have their turn.
        package var sendByteCountPerTurnMax = 2 * 1024 * 1024
        /// A peer that takes less than `writeByteCountMin` in `writeStallTime` while bytes wait is given up.
        package var writeStallTime = TimeAmount.seconds(30)
        package var writeByteCountMin = 16 * 1024
        /// After our last byte the peer has this long to close, so that it can read what was sent.
        package var lingerTime = TimeAmount.seconds(2)
        package var lingerByteCountMax = 256 * 1024

        package init() {}
    }

    enum State {
        /// TLS is being agreed on.
        case securing
        case open
        /// Closes once the output queue is empty.
        case finishing
        /// Everything is sent and our side is shut; what the peer still sends is thrown away.
        case lingering
        case closed
    }

    package let loop: EventLoop
    package let peer: SocketAddress
    package let output = OutputQueue()
    let descriptor: CInt
    let limits: Limits
    var handler: (any ConnectionHandler)?
    var state = State.open
    var tls: TLSTransport?

    private var interest: ReadyEvents = [.readable]
    private var isInEvent = false
    private var isFlushScheduled = false
    private(set) var inputEnded = false
    private var isReadingPaused = false
    private var lingeredByteCount = 0

    // Sending.
    var isBlocked = false
    private var stallWindowEnd: MonotonicTime?
    private var sentInStallWindow = 0

    // One timer serves every deadline; it is moved only when a deadline comes nearer.
    private var timer: TimerID?
    private var timerTime = MonotonicTime(nanoseconds: .max)
    private var lingerEnd: MonotonicTime?

    /// Bytes of this connection's life, for metrics.
    package private(set) var receivedByteCount = 0
    package private(set) var sentByteCount = 0

    /// Takes over an accepted, non-blocking socket.
    package init(loop: EventLoop, accepted fd: CInt, peer: SocketAddress, limits: Limits = Limits()) {
        self.loop = loop
        self.descriptor = fd
        self.peer = peer
        self.limits = limits
    }

    /// Registers with the loop and tells the handler that the connection is open. On the loop.
    package func start(handler: any ConnectionHandler, security: TLSContext? = nil) throws(SystemError) {
        do throws(SystemError) {
            try self.loop.register(self.descriptor, self.interest, self)
        } catch {
            self.state = .closed
            close(self.descriptor)
            throw error
        }
        self.handler = handler
        if let security {
            self.state = .securing
            self.startTLS(security)
        } else {
            handler.connectionOpened(applicationProtocol: nil)
        }
        self.updateTimer()
    }

    package var isClosed: Bool {
        if case .closed = self.state { true } else { false }
    }

    // MARK: For the handler

    /// Sends what is queued: at once when called outside of an event, at the end of the event otherwise.
    package func flush() {
        guard !self.isInEvent, !self.isFlushScheduled, !self.isClosed else { return }
        self.isFlushScheduled = true
        self.loop.flushLater(self)
    }

    /// A fresh output queue borrows the loop's spare buffer instead of growing one of its own.
    package func prepareOutput() {
        self.output.lendBuffer(&self.loop.spareOutput)
    }

    package var isPaused: Bool { self.isReadingPaused }

    /// Stops taking bytes from the peer until `resumeReading`.
    package func pauseReading() {
        self.isReadingPaused = true
        if !self.isInEvent { self.updateInterest() }
    }

    package func resumeReading() {
        guard self.isReadingPaused else { return }
        self.isReadingPaused = false
        if !self.isInEvent {
            self.updateInterest()
            self.resumeTLSInput()
        }
    }

    /// Closes in order: sends what is queued, shuts our side, and lets the peer read it all.
    package func finish() {
        guard case .open = self.state else { return }
        self.state = .finishing
        self.flush()
    }

    /// Closes at once; what is queued is lost.
    package func abort(_ reason: ConnectionCloseReason) {
        guard !self.isClosed else { return }
        self.state = .closed
        if let timer = self.timer { self.loop.cancel(timer) }
        self.timer = nil
        self.loop.remove(self.descriptor)
        close(self.descriptor)
        self.output.removeAll()
        self.tls = nil
        let handler = self.handler
        self.handler = nil
        handler?.connectionClosed(reason)
    }

    // MARK: Events

    package func ready(_ events: ReadyEvents) {
        self.isInEvent = true
        if events.contains(.failed) {
            self.abort(.peerGone)
            return
        }
        if events.contains(.writable) {
            self.isBlocked = false
            self.askForMoreOutput()
        }
        if !events.isDisjoint(with: [.readable, .hungUp, .peerEnded]) { self.readAvailable() }
        if self.isClosed { return }
        self.send()
        self.isInEvent = false
        if self.isClosed { return }
        self.updateInterest()
        self.updateTimer()
    }

    /// Called by the loop at the end of a turn for connections that asked for it.
    func flushNow() {
        self.isFlushScheduled = false
        guard !self.isClosed else { return }
        self.isInEvent = true
        self.send()
        self.isInEvent = false
        if self.isClosed { return }
        self.updateInterest()
        self.updateTimer()
    }

    private func readAvailable() {
        for _ in 0..<self.limits.readCountPerTurnMax {
            if self.isReadingPaused || self.inputEnded || self.isClosed { return }
            let buffer = self.loop.readBuffer
            switch systemCall({ recv(self.descriptor, buffer.baseAddress, buffer.count, 0) }) {
            case .done(0):
                self.inputEnded = true
                self.receivedEnd()
                return
            case .done(let count):
                self.receivedByteCount &+= count
                self.received(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                if count < buffer.count { return }
            case .wouldBlock:
                return
            case .failed(let code):
                self.abort(code == ECONNRESET || code == ETIMEDOUT ? .peerGone : .failed(.init(code: code, call: "recv")))
                return
            }
        }
    }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        switch self.state {
        case .open, .securing:
            if self.tls != nil {
                self.receivedCiphertext(bytes)
            } else {
                self.handler?.connectionReceived(bytes.bytes)
            }
        case .finishing, .lingering:
            self.lingeredByteCount += bytes.count
            if self.lingeredByteCount > self.limits.lingerByteCountMax { self.abort(.finished) }
        case .closed:
            break
        }
    }

    private func receivedEnd() {
        switch self.state {
        case .open: self.handler?.connectionReceivedEnd()
        case .securing: self.abort(.peerGone)
        case .lingering: self.abort(.finished)
        case .finishing, .closed: break
        }
    }

    private func askForMoreOutput() {
        if case .open = self.state, self.output.byteCount <= self.limits.lowWaterByteCount {
            self.handler?.connectionOutputDrained()
        }
    }

    // MARK: Sending

    /// Sends until the queue is empty, the socket takes no more, or others must have their turn.
    private func send() {
        var budget = self.limits.sendByteCountPerTurnMax
        while !self.isBlocked, !self.isClosed {
            let queued = self.output.byteCount
            if queued > 0 || self.hasUnsentCiphertext {
                let sent = self.sendSome()
                if self.isClosed { return }
                budget -= sent
                self.sentByteCount &+= sent
                self.sentInStallWindow &+= sent
                if budget <= 0 { self.isBlocked = true }
            }
            if self.output.byteCount <= self.limits.lowWaterByteCount {
                let before = self.output.byteCount
                self.askForMoreOutput()
                if self.output.byteCount > before { continue }
            }
            if self.output.isEmpty, !self.hasUnsentCiphertext { break }
        }
        if self.isClosed { return }
        if self.output.isEmpty, !self.hasUnsentCiphertext {
            self.output.returnBuffer(&self.loop.spareOutput)
            self.isBlocked = false
            self.stallWindowEnd = nil
            if case .finishing = self.state { self.shutOurSide() }
        } else if self.stallWindowEnd == nil {
            self.stallWindowEnd = self.loop.now + self.limits.writeStallTime
            self.sentInStallWindow = 0
        }
    }

    /// One system call's worth of output. Sets `isBlocked` when the socket is full; may abort.
    private func sendSome() -> Int {
        if self.tls != nil { return self.sendSealed() }
        let wanted: Int
        let result: SyscallResult<Int>
        if let slice = self.output.fileAtFront {
            var offset = off_t(slice.offset)
            wanted = slice.count
            result = systemCall { sendfile(self.descriptor, slice.file.raw, &offset, slice.count) }
            if case .done(0) = result {
                // The file has become shorter than it was promised to be.
                self.abort(.aborted("file-truncated"))
                return 0
            }
        } else {
            (wanted, result) = self.output.withVectors { vectors, byteCount in
                (byteCount, self.sendVectors(vectors))
            }
        }
        guard let sent = self.sentCount(result) else { return 0 }
        self.output.consume(sent)
        if sent < wanted { self.isBlocked = true }
        return sent
    }

    private func sendVectors(_ vectors: UnsafeBufferPointer<iovec>) -> SyscallResult<Int> {
        if vectors.count == 1 {
            return systemCall {
                Glibc.send(self.descriptor, vectors[0].iov_base, vectors[0].iov_len, CInt(MSG_NOSIGNAL))
            }
        }
        var message = msghdr()
        message.msg_iov = UnsafeMutablePointer(mutating: vectors.baseAddress)
        message.msg_iovlen = vectors.count
        return systemCall { sendmsg(self.descriptor, &message, CInt(MSG_NOSIGNAL)) }
    }

    /// How much a sending call took; nil when nothing, with the connection blocked or aborted.
    func sentCount(_ result: SyscallResult<Int>) -> Int? {
        switch result {
        case .done(let count): return count
        case .wouldBlock:
            self.isBlocked = true
        case .failed(EPIPE), .failed(ECONNRESET), .failed(ETIMEDOUT):
            self.abort(.peerGone)
        case .failed(let code):
            self.abort(.failed(SystemError(code: code, call: "send")))
        }
        return nil
    }

    private func shutOurSide() {
        if self.sealCloseNotify() { return }
        if self.inputEnded {
            self.abort(.finished)
            return
        }
        shutdown(self.descriptor, CInt(SHUT_WR))
        self.state = .lingering
        self.isReadingPaused = false
        self.lingerEnd = self.loop.now + self.limits.lingerTime
    }

    // MARK: Interest and time

    private func updateInterest() {
        var wanted: ReadyEvents = []
        if !self.inputEnded, !self.isReadingPaused { wanted.insert(.readable) }
        if self.isBlocked { wanted.insert(.writable) }
        guard wanted != self.interest, !self.isClosed else { return }
        self.interest = wanted
        self.loop.change(self.descriptor, wanted)
    }

    /// Moves the timer when a deadline has come nearer; one that has moved away is noticed when the timer fires.
    package func updateTimer() {
        guard let deadline = self.earliestDeadline, deadline < self.timerTime else { return }
        if let timer = self.timer { self.loop.cancel(timer) }
        self.timerTime = deadline
        self.timer = self.loop.schedule(at: deadline) { [unowned self] in self.timerFired() }
    }

    private var earliestDeadline: MonotonicTime? {
        var earliest = self.handler?.connectionDeadline
        if let end = self.stallWindowEnd { earliest = min(earliest ?? end, end) }
        if let end = self.lingerEnd { earliest = min(earliest ?? end, end) }
        return earliest
    }

    private func timerFired() {
        self.timer = nil
        self.timerTime = MonotonicTime(nanoseconds: .max)
        let now = self.loop.now
        if let end = self.lingerEnd, end <= now {
            self.abort(.finished)
            return
        }
        if let end = self.stallWindowEnd, end <= now {
            if self.sentInStallWindow < self.limits.writeByteCountMin {
                self.abort(.writeStalled)
                return
            }
            self.stallWindowEnd = now + self.limits.writeStallTime
            self.sentInStallWindow = 0
        }
        if let deadline = self.handler?.connectionDeadline, deadline <= now {
            self.handler?.connectionDeadlineReached()
        }
        if !self.isClosed { self.updateTimer() }
    }
}
