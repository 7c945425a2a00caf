internal import CLinux
internal import Glibc
internal import Primitives
internal import Synchronization

/// One TCP connection, living on one loop: reads as bytes come, sends its output queue as the peer takes it.
///
/// The handler puts bytes into `output` and calls `flush`. Nothing grows without bound: a handler that cannot take
/// more pauses reading, and `connectionOutputDrained` tells it when to produce more. The poller owns the connection
/// until it closes; connection and handler own one another until then.
package final class Connection: EventSource {
    enum State: Equatable {
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
    @exclusivity(unchecked) var handler: (any ConnectionHandler)?
    @exclusivity(unchecked) var state = State.open
    @exclusivity(unchecked) var tls: TLSEngine?

    // Receiving. While `isInEvent`, interest and output are settled once, at the event's end.
    @exclusivity(unchecked) private(set) var interest: ReadyEvents = [.readable]
    /// Registered with the loop's gathered reads, not with its own set.
    var isGathered = false
    @exclusivity(unchecked) private var isInEvent = false
    @exclusivity(unchecked) private var isFlushScheduled = false
    @exclusivity(unchecked) private(set) var inputEnded = false
    @exclusivity(unchecked) var isReadingPaused = false
    private var lingeredByteCount = 0

    // Sending.
    @exclusivity(unchecked) var isBlocked = false
    @exclusivity(unchecked) var stallWindowEnd: MonotonicTime?
    @exclusivity(unchecked) var sentInStallWindow = 0

    // One timer serves every deadline; it is moved only when a deadline comes nearer.
    var timer: TimerID?
    @exclusivity(unchecked) var timerTime = MonotonicTime(nanoseconds: .max)
    @exclusivity(unchecked) var handshakeEnd: MonotonicTime?
    @exclusivity(unchecked) var lingerEnd: MonotonicTime?

    /// Bytes that went over the socket in this connection's life, for metrics.
    package internal(set) var receivedByteCount = 0
    package internal(set) var sentByteCount = 0

    /// Takes over an accepted, non-blocking socket.
    package init(loop: EventLoop, accepted fd: CInt, peer: SocketAddress, limits: Limits = Limits()) {
        self.loop = loop
        self.descriptor = fd
        self.peer = peer
        self.limits = limits
    }

    /// Registers with the loop; the handler is told when the connection is open, with TLS after the handshake. On the
    /// loop, once. When it throws, the socket is closed and the handler was not called.
    package func start(handler: any ConnectionHandler, security: TLSContext? = nil) throws(SystemError) {
        do throws(SystemError) {
            try self.loop.register(self.descriptor, self.interest, self)
        } catch {
            self.state = .closed
            close(self.descriptor)
            throw error
        }
        self.loop.connectionCount.add(1, ordering: .relaxed)
        self.handler = handler
        if let security {
            self.startTLS(security)
        } else {
            handler.connectionOpened(applicationProtocol: nil)
        }
        self.updateTimer()
    }

    package var isClosed: Bool { self.state == .closed }

    // MARK: For the handler

    /// Sends what is queued at the end of the present event, or of the loop's turn. Cheap to call often.
    package func flush() {
        guard !self.isInEvent, !self.isClosed else { return }
        self.scheduleFlush()
    }

    /// A fresh output queue borrows the loop's spare buffer instead of growing one of its own.
    package func prepareOutput() {
        self.output.lendBuffer(&self.loop.spareOutput)
    }

    package var isPaused: Bool { self.isReadingPaused }

    /// Stops taking bytes from the peer until `resumeReading`. The peer's end is not noticed meanwhile.
    package func pauseReading() {
        self.isReadingPaused = true
        if !self.isInEvent { self.updateInterest() }
    }

    package func resumeReading() {
        guard self.isReadingPaused, !self.isClosed else { return }
        self.isReadingPaused = false
        if !self.isInEvent { self.updateInterest() }
        if self.tls?.mayHoldInput == true { self.scheduleFlush() }
    }

    /// Closes in order: sends what is queued, shuts our side, and lets the peer read it all.
    package func finish() {
        switch self.state {
        case .open:
            self.state = .finishing
            self.flush()
        case .securing:
            self.abort(.finished)
        case .finishing, .lingering, .closed:
            break
        }
    }

    /// Closes at once and with a reset, so that the peer cannot take it for an end in order.
    package func cutOff(_ reason: ConnectionCloseReason) {
        if !self.isClosed { SocketOption.resetOnClose(self.descriptor) }
        self.abort(reason)
    }

    /// Closes at once; what is queued is lost.
    package func abort(_ reason: ConnectionCloseReason) {
        guard !self.isClosed else { return }
        if self.state == .securing { self.loop.handshakeCount -= 1 }
        self.state = .closed
        self.loop.connectionCount.subtract(1, ordering: .relaxed)
        if let timer = self.timer { self.loop.cancel(timer) }
        self.timer = nil
        if self.isGathered { self.loop.gathered?.remove(self.descriptor) } else { self.loop.remove(self.descriptor) }
        // The kernel would hold megabytes for a peer that takes nothing until it believes that itself.
        if reason == .writeStalled { SocketOption.resetOnClose(self.descriptor) }
        close(self.descriptor)
        self.output.removeAll()
        self.tls = nil
        let handler = self.handler
        self.handler = nil
        handler?.connectionClosed(reason)
    }

    /// Ends the connection after a failed read.
    func abort(reading error: SystemError) {
        self.abort(error.code == ECONNRESET || error.code == ETIMEDOUT ? .peerGone : .failed(error))
    }

    // MARK: Events

    package func ready(_ events: ReadyEvents) {
        if self.isClosed { return }
        self.isInEvent = true
        if events.contains(.failed) {
            // What came before the reset may have waited for the sweep.
            if self.isGathered { self.readAvailable() }
            self.abort(.peerGone)
            return
        }
        if events.contains(.writable) { self.isBlocked = false }
        if !events.isDisjoint(with: [.readable, .hungUp]) { self.readAvailable() }
        // The kernel reports this whether asked or not, so it would come back at once, for ever.
        if events.contains(.hungUp), self.state != .lingering { self.abort(.peerGone) }
        self.settle()
    }

    /// Called by the loop at the end of a turn for connections that asked for it.
    func flushNow() {
        self.isFlushScheduled = false
        if self.isClosed { return }
        self.isInEvent = true
        if self.tls?.mayHoldInput == true { self.readAvailable() }
        self.settle()
    }

    /// Ends an event: sends, then tells the kernel and the wheel what is waited for.
    private func settle() {
        if !self.isClosed { self.send() }
        self.isInEvent = false
        if self.isClosed { return }
        self.updateInterest()
        self.updateTimer()
    }

    func scheduleFlush() {
        guard !self.isFlushScheduled else { return }
        self.isFlushScheduled = true
        self.loop.flushLater(self)
    }

    private func updateInterest() {
        var wanted: ReadyEvents = []
        if !self.inputEnded, !self.isReadingPaused { wanted.insert(.readable) }
        if self.isBlocked { wanted.insert(.writable) }
        guard wanted != self.interest, !self.isClosed else { return }
        self.interest = wanted
        if self.isGathered {
            self.loop.gathered?.change(self.descriptor, wanted)
        } else {
            self.loop.change(self.descriptor, wanted)
        }
    }

    // MARK: Receiving

    private func readAvailable() {
        let before = self.receivedByteCount
        self.readUntilEmpty()
        let isMuch = self.receivedByteCount &- before >= GatheredReads.muchByteCount
        if self.isGathered, isMuch { self.loop.gathered?.readOn(self) }
    }

    /// Or until it has been as much as is fair to the others.
    private func readUntilEmpty() {
        if let tls = self.tls, self.state == .open || self.state == .securing {
            self.readSecured(tls)
            return
        }
        for _ in 0..<self.limits.readCountPerTurnMax {
            if self.isReadingPaused || self.inputEnded || self.isClosed { return }
            let buffer = self.loop.readBuffer
            switch systemCall({ recv(self.descriptor, buffer.baseAddress, buffer.count, 0) }) {
            case .done(0):
                self.endInput()
                return
            case .done(let count):
                self.receivedByteCount &+= count
                self.received(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                if count < buffer.count { return }
            case .wouldBlock:
                return
            case .failed(let code):
                self.abort(reading: SystemError(code: code, call: "recv"))
                return
            }
        }
    }

    /// Hands plain bytes on. Once we are closing nothing more is wanted, but unread bytes would make the kernel reset
    /// the connection under the peer that still reads our answer.
    func received(_ bytes: UnsafeRawBufferPointer) {
        switch self.state {
        case .open:
            self.handler?.connectionReceived(bytes.bytes)
        case .lingering:
            self.lingeredByteCount += bytes.count
            if self.lingeredByteCount > self.limits.lingerByteCountMax { self.abort(.finished) }
        case .securing, .finishing, .closed:
            break
        }
    }

    /// The peer has sent its last byte.
    func endInput() {
        self.inputEnded = true
        switch self.state {
        case .open: self.handler?.connectionReceivedEnd()
        case .securing: self.abort(.peerGone)
        case .lingering: self.abort(.finished)
        case .finishing, .closed: break
        }
    }
}
