internal import CLinux
internal import Glibc
internal import Primitives

/// Output to the socket.
extension Connection {
    /// Nothing waits for the socket. What the handler queues during a handshake does not count yet.
    private var isDrained: Bool {
        (self.output.isEmpty || self.state == .securing) && !self.hasUnsentCiphertext
    }

    /// Something that was queued has not reached the kernel yet.
    package var hasUnsentOutput: Bool { !self.output.isEmpty || self.hasUnsentCiphertext }

    /// Sends until the queue is empty, the socket takes no more, or others must have their turn.
    func send() {
        var budget = self.limits.sendByteCountPerTurnMax
        while !self.isBlocked {
            if !self.isDrained {
                let sent = self.sendSome()
                if self.isClosed { return }
                budget -= sent
                self.sentByteCount &+= sent
                self.sentInStallWindow &+= sent
                // Writable it still is, so the kernel says so in the next turn.
                if budget <= 0 { self.isBlocked = true }
            }
            let grew = self.askForMoreOutput()
            if self.isClosed { return }
            if !grew, self.isDrained { break }
        }
        self.noteProgress()
    }

    /// True when the handler has put more into the queue.
    private func askForMoreOutput() -> Bool {
        guard self.state == .open, self.output.byteCount <= self.limits.lowWaterByteCount else { return false }
        let before = self.output.byteCount
        self.handler?.connectionOutputDrained()
        return self.output.byteCount > before
    }

    private func noteProgress() {
        // TLS says goodbye before TCP does, so that the peer can tell an end from a cut.
        if self.isDrained, self.state == .finishing, let tls = self.tls {
            switch tls.closeNotify() {
            case .sealed: _ = self.sendSecured(tls)
            case .blocked: self.isBlocked = true
            case .sent: break
            }
            if self.isClosed { return }
        }
        guard self.isDrained, self.state != .finishing || !self.isBlocked else {
            if self.stallWindowEnd == nil {
                self.stallWindowEnd = self.loop.now + self.limits.writeStallTime
                self.sentInStallWindow = 0
            }
            return
        }
        self.isBlocked = false
        self.stallWindowEnd = nil
        self.output.returnBuffer(&self.loop.spareOutput)
        if self.state == .finishing { self.shutOurSide() }
    }

    /// One system call's worth of output. Sets `isBlocked` when the socket is full; may abort.
    private func sendSome() -> Int {
        if let tls = self.tls, !tls.isSealedByKernel || !tls.unsent.isEmpty { return self.sendSecured(tls) }
        let wanted: Int
        let result: SyscallResult<Int>
        if let front = self.output.sendableAtFront {
            var offset = off_t(front.offset)
            wanted = min(front.count, self.limits.sendByteCountPerTurnMax)
            result = systemCall { sendfile(self.descriptor, front.descriptor, &offset, wanted) }
            if case .done(0) = result {
                self.abort(OutputFileProblem.truncated.closeReason)
                return 0
            }
        } else {
            // A file goes out in the next call: its first bytes may share a segment with what comes before.
            let flags = self.output.sendableFollowsMemory ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL
            (wanted, result) = self.output.withVectors { vectors, byteCount in
                (byteCount, self.sendVectors(vectors, flags: CInt(flags)))
            }
        }
        guard let sent = self.sentCount(result) else { return 0 }
        self.output.consume(sent)
        if sent < wanted { self.isBlocked = true }
        return sent
    }

    private func sendVectors(_ vectors: UnsafeBufferPointer<iovec>, flags: CInt) -> SyscallResult<Int> {
        if vectors.count == 1 {
            return systemCall { Glibc.send(self.descriptor, vectors[0].iov_base, vectors[0].iov_len, flags) }
        }
        var message = msghdr()
        message.msg_iov = UnsafeMutablePointer(mutating: vectors.baseAddress)
        message.msg_iovlen = vectors.count
        return systemCall { sendmsg(self.descriptor, &message, flags) }
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

    /// Everything is sent: says so to the peer and waits for it to close.
    private func shutOurSide() {
        if self.inputEnded {
            self.abort(.finished)
            return
        }
        shutdown(self.descriptor, CInt(SHUT_WR))
        self.state = .lingering
        self.isReadingPaused = false
        self.lingerEnd = self.loop.now + self.limits.lingerTime
    }
}
