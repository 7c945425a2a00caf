internal import CLinux
internal import Glibc
internal import Primitives

/// The secure side of a connection: handshake, ciphertext in, ciphertext out.
extension Connection {
    var hasUnsentCiphertext: Bool { self.tls.map { !$0.unsent.isEmpty } ?? false }

    /// A handshake costs much and anyone can begin one: beyond the bound the newest is closed without a word.
    func startTLS(_ context: TLSContext) {
        guard self.loop.handshakeCount < self.limits.handshakeCountMax else {
            self.abort(.aborted("too-many-handshakes"))
            return
        }
        guard let engine = TLSEngine(settings: context.settings, descriptor: self.descriptor, loop: self.loop) else {
            self.abort(.secureTransport(.internal))
            return
        }
        self.tls = engine
        self.state = .securing
        self.loop.handshakeCount += 1
        self.handshakeEnd = self.loop.now + self.limits.handshakeTime
    }

    // MARK: Receiving

    /// Goes on with the handshake, then hands plaintext on, record by record.
    func readSecured(_ tls: TLSEngine) {
        tls.beginReading()
        for _ in 0..<self.limits.readCountPerTurnMax * Self.recordsPerRead {
            tls.mayHoldInput = true
            if self.isReadingPaused || self.inputEnded || self.isClosed { return }
            let outcome = self.state == .securing ? tls.handshake() : tls.read(into: self.loop.readBuffer)
            self.receivedByteCount &+= tls.receivedByteCount
            tls.receivedByteCount = 0
            guard tls.unsent.count <= TLSEngine.unsentByteCountMax else {
                self.abort(.secureTransport(.protocolError))
                return
            }
            switch outcome {
            case .done(let count):
                self.advance(tls, count)
                if tls.isInputUsedUp {
                    tls.mayHoldInput = false
                    return
                }
            case .needsInput:
                tls.mayHoldInput = false
                self.securedInputPaused(tls)
                return
            case .ended:
                tls.mayHoldInput = false
                self.endInput()
                return
            case .failed(let failure):
                self.fail(tls, failure)
                return
            }
        }
        self.scheduleFlush()
    }

    /// Records that fit into one read of the plain path, so that both take as much per turn.
    private static var recordsPerRead: Int { EventLoop.readByteCountMax / TLSEngine.recordByteCountMax }

    private func advance(_ tls: TLSEngine, _ count: Int) {
        if case .securing = self.state {
            self.state = .open
            self.loop.handshakeCount -= 1
            self.handshakeEnd = nil
            self.handler?.connectionOpened(applicationProtocol: tls.applicationProtocol)
        } else {
            self.received(UnsafeRawBufferPointer(rebasing: self.loop.readBuffer[..<count]))
        }
    }

    /// OpenSSL has used up what the socket gave; there may never be more.
    private func securedInputPaused(_ tls: TLSEngine) {
        if let failure = tls.readFailure {
            self.abort(reading: failure)
        } else if tls.socketEnded {
            self.endInput()
        }
    }

    /// The alert that OpenSSL has written for the peer is tried once: nothing depends on its arrival.
    private func fail(_ tls: TLSEngine, _ failure: TLSFailure) {
        _ = self.sendUnsent(tls)
        self.abort(.secureTransport(failure))
    }

    // MARK: Sending

    /// Sends ciphertext left from before, or seals a batch and sends it. One system call.
    func sendSecured(_ tls: TLSEngine) -> Int {
        if !tls.unsent.isEmpty { return self.sendUnsent(tls) ?? 0 }
        defer { self.loop.sealed.removeAll(keepingCapacity: true) }
        self.sealBatch(tls)
        if self.isClosed { return 0 }
        let byteCount = self.loop.sealed.count
        let result = self.loop.sealed.withUnsafeBytes { self.sendBytes($0) }
        let sent = self.sentCount(result) ?? 0
        if self.isClosed { return 0 }
        if sent < byteCount {
            self.isBlocked = true
            self.loop.sealed.withUnsafeBytes { tls.unsent.append(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
            tls.batchByteCount = max(TLSEngine.recordByteCountMax, sent / 2)
        } else {
            tls.batchByteCount = min(tls.batchByteCount * 2, TLSEngine.batchByteCountMax)
        }
        return sent
    }

    private func sendUnsent(_ tls: TLSEngine) -> Int? {
        let byteCount = tls.unsent.count
        guard byteCount > 0 else { return 0 }
        let result = tls.unsent.withUnsafeBytes { self.sendBytes($0) }
        guard let sent = self.sentCount(result) else { return nil }
        if sent == byteCount {
            tls.unsent = ByteQueue()
        } else {
            tls.unsent.consume(sent)
            self.isBlocked = true
        }
        return sent
    }

    private func sendBytes(_ bytes: UnsafeRawBufferPointer) -> SyscallResult<Int> {
        systemCall { Glibc.send(self.descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL)) }
    }

    /// Moves output through OpenSSL into the loop's scratch memory until a batch is full. May abort.
    private func sealBatch(_ tls: TLSEngine) {
        while !self.output.isEmpty {
            let room = tls.batchByteCount - self.loop.sealed.count
            guard room > 0 else { return }
            let outcome: TLSEngine.Outcome
            do throws(OutputFileProblem) {
                outcome = try self.output.withRun(
                    unit: TLSEngine.recordByteCountMax, byteCountMax: max(room, TLSEngine.recordByteCountMax),
                    scratch: self.loop.readBuffer
                ) { tls.seal($0) }
            } catch {
                self.abort(error.closeReason)
                return
            }
            guard case .done(let count) = outcome else {
                // Only a peer that leaves a message of the handshake protocol unfinished gets here.
                self.abort(.secureTransport(.protocolError))
                return
            }
            self.output.consume(count)
        }
    }
}
