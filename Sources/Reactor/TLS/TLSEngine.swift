internal import CLinux
internal import COpenSSL
internal import Glibc
internal import Primitives

/// OpenSSL's part of one secure connection: it reads ciphertext straight from the socket, and what it writes is
/// gathered, so that many records leave in one system call.
///
/// Used on the connection's loop only. OpenSSL never sees the end of the stream or a failed read: the engine notes
/// both, and answers "not now", so that a half-closed connection can still be written to.
///
/// Where the kernel can seal records itself (see `KernelTLS`), it takes over when the handshake has agreed on keys:
/// from then on plaintext goes to the socket, and only OpenSSL's own messages still pass through here.
final class TLSEngine {
    /// Plaintext of one full record.
    static let recordByteCountMax = 16 * 1024
    /// Ciphertext gathered for one `send`; less while the peer is slow, so that little has to be kept for it.
    static let batchByteCountMax = 128 * 1024
    /// Ciphertext kept for a peer that takes none, beyond one batch. OpenSSL writes little on its own account, so only
    /// a peer that provokes it without reading gets here.
    static let unsentByteCountMax = 2 * batchByteCountMax

    /// What one call of OpenSSL came to.
    enum Outcome {
        case done(Int)
        /// More ciphertext is needed first.
        case needsInput
        /// The peer has sent close_notify.
        case ended
        case failed(TLSFailure)
    }

    /// Where close_notify is.
    enum Farewell {
        /// In `unsent`.
        case sealed
        /// With the kernel, or not needed any more.
        case sent
        /// The socket takes nothing now; ask again when it does.
        case blocked
    }

    private let ssl: OpaquePointer
    private let settings: TLSSettings
    private let descriptor: CInt
    private unowned let loop: EventLoop

    /// Ciphertext that the socket did not take yet; freed when it did.
    @exclusivity(unchecked) var unsent = ByteQueue()
    /// The size of the next batch; follows what the socket takes.
    @exclusivity(unchecked) var batchByteCount = batchByteCountMax / 2
    /// While set, ciphertext goes to the loop's scratch memory instead of `unsent`.
    @exclusivity(unchecked) private var isSealing = false
    private var isCloseNotifySealed = false
    /// The socket had nothing more when last asked; it is not asked again before `beginReading`.
    @exclusivity(unchecked) private var isSocketDrained = false
    @exclusivity(unchecked) private(set) var socketEnded = false
    @exclusivity(unchecked) private(set) var readFailure: SystemError?
    /// Ciphertext received since this was last taken.
    @exclusivity(unchecked) var receivedByteCount = 0
    /// Reading stopped before OpenSSL had given all that it holds, and no event will say so.
    @exclusivity(unchecked) var mayHoldInput = false

    /// OpenSSL's own way to this socket, which knows how to hand keys and messages to the kernel; nil where the
    /// kernel does not seal.
    private let kernelBIO: OpaquePointer?
    /// The kernel seals whatever is sent.
    @exclusivity(unchecked) private(set) var isSealedByKernel = false

    /// Nil when memory is short.
    init?(settings: TLSSettings, descriptor: CInt, loop: EventLoop) {
        guard let ssl = SSL_new(settings.raw) else { return nil }
        guard let bio = BIO_new(Self.method) else {
            SSL_free(ssl)
            return nil
        }
        self.ssl = ssl
        self.settings = settings
        self.descriptor = descriptor
        self.loop = loop
        self.kernelBIO = settings.usesKernel && KernelTLS.attach(descriptor) ? BIO_new_socket(descriptor, 0) : nil
        if self.kernelBIO != nil { podo_ssl_allow_kernel_sealing(ssl) }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        SSL_set_bio(ssl, bio, bio)
        SSL_set_accept_state(ssl)
    }

    deinit {
        SSL_free(self.ssl)
        BIO_free(self.kernelBIO)
    }

    // MARK: Calls of OpenSSL

    /// The protocol agreed on by ALPN, or what a peer without ALPN speaks.
    var applicationProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(self.ssl, &name, &count)
        guard let name, count > 0 else { return self.settings.protocolWithoutNegotiation }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// The socket gave less than was asked for, and OpenSSL holds none of it back: another read would find nothing.
    var isInputUsedUp: Bool { self.isSocketDrained && !self.socketEnded && SSL_has_pending(self.ssl) == 0 }

    /// A new event: the socket may have bytes again.
    func beginReading() { self.isSocketDrained = false }

    func handshake() -> Outcome {
        ERR_clear_error()
        return self.outcome(SSL_do_handshake(self.ssl), 1)
    }

    /// Reads the plaintext of at most one record.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        ERR_clear_error()
        var count = 0
        return self.outcome(SSL_read_ex(self.ssl, buffer.baseAddress, buffer.count, &count), count)
    }

    /// Seals all of `bytes` into the loop's scratch memory.
    func seal(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        self.isSealing = true
        defer { self.isSealing = false }
        ERR_clear_error()
        var count = 0
        return self.outcome(SSL_write_ex(self.ssl, bytes.baseAddress, bytes.count, &count), count)
    }

    /// Says goodbye behind everything sent, once.
    func closeNotify() -> Farewell {
        guard !self.isCloseNotifySealed else { return .sent }
        ERR_clear_error()
        let result = SSL_shutdown(self.ssl)
        if result < 0, SSL_get_error(self.ssl, result) == SSL_ERROR_WANT_WRITE { return .blocked }
        self.isCloseNotifySealed = true
        return self.unsent.isEmpty ? .sent : .sealed
    }

    private func outcome(_ result: CInt, _ count: Int) -> Outcome {
        if result == 1 { return .done(count) }
        switch SSL_get_error(self.ssl, result) {
        case SSL_ERROR_WANT_READ: return .needsInput
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: return .failed(.take())
        }
    }

    // MARK: Called by OpenSSL

    // SAFETY: made once, never changed afterwards, never freed.
    private nonisolated(unsafe) static let method: OpaquePointer? = {
        let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "podo connection")
        BIO_meth_set_read_ex(method) { bio, target, capacity, count in
            guard let bio, let target, let count else { return 0 }
            podo_bio_clear_retry(bio)
            count.pointee = TLSEngine.of(bio).receive(into: target, capacity: capacity)
            if count.pointee == 0 { podo_bio_retry_read(bio) }
            return count.pointee > 0 ? 1 : 0
        }
        BIO_meth_set_write_ex(method) { bio, bytes, byteCount, count in
            guard let bio, let bytes, let count else { return 0 }
            let engine = TLSEngine.of(bio)
            if engine.isSealedByKernel { return engine.passToKernel(bio, bytes, byteCount, count) }
            count.pointee = byteCount
            engine.collect(UnsafeRawBufferPointer(start: bytes, count: byteCount))
            return 1
        }
        BIO_meth_set_ctrl(method) { bio, command, number, pointer in
            guard let bio, command != BIO_CTRL_FLUSH else { return 1 }
            return TLSEngine.of(bio).control(command, number, pointer)
        }
        return method
    }()

    private static func of(_ bio: OpaquePointer) -> TLSEngine {
        Unmanaged<TLSEngine>.fromOpaque(BIO_get_data(bio)).takeUnretainedValue()
    }

    /// 0 when nothing can be had now, for whatever reason.
    private func receive(into target: UnsafeMutableRawPointer, capacity: Int) -> Int {
        guard !self.isSocketDrained else { return 0 }
        switch systemCall({ recv(self.descriptor, target, capacity, 0) }) {
        case .done(let count):
            if count == 0 { self.socketEnded = true }
            self.isSocketDrained = count < capacity
            self.receivedByteCount &+= count
            return count
        case .wouldBlock:
            self.isSocketDrained = true
        case .failed(let code):
            self.isSocketDrained = true
            self.readFailure = SystemError(code: code, call: "recv")
        }
        return 0
    }

    private func collect(_ ciphertext: UnsafeRawBufferPointer) {
        if self.isSealing {
            self.loop.sealed.append(ciphertext)
        } else {
            self.unsent.append(ciphertext)
        }
    }

    // MARK: The kernel

    /// Answers OpenSSL's questions about the kernel: may it seal, does it, and which kind of record comes next.
    private func control(_ command: CInt, _ number: Int, _ pointer: UnsafeMutableRawPointer?) -> Int {
        guard let kernelBIO = self.kernelBIO else { return 0 }
        switch command {
        case KernelTLS.Control.handOverKeys:
            // Received records stay with OpenSSL: a publisher or a browser sends little.
            guard number != 0, self.sendEverything(), BIO_ctrl(kernelBIO, command, number, pointer) > 0 else {
                return 0
            }
            self.isSealedByKernel = true
            return 1
        case KernelTLS.Control.isSending, KernelTLS.Control.nextRecordType, KernelTLS.Control.forgetRecordType:
            return BIO_ctrl(kernelBIO, command, number, pointer)
        default:
            return 0
        }
    }

    /// What was sealed under the keys before must be in the socket before the kernel seals what follows.
    private func sendEverything() -> Bool {
        guard !self.unsent.isEmpty else { return true }
        let result = self.unsent.withUnsafeBytes { bytes in
            systemCall { send(self.descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL)) }
        }
        guard case .done(let sent) = result else { return false }
        self.unsent.consume(sent)
        return self.unsent.isEmpty
    }

    /// A message of OpenSSL's own, of the record type that it has named just before.
    private func passToKernel(
        _ bio: OpaquePointer, _ bytes: UnsafePointer<CChar>, _ byteCount: Int, _ count: UnsafeMutablePointer<Int>
    ) -> CInt {
        podo_bio_clear_retry(bio)
        if BIO_write_ex(self.kernelBIO, bytes, byteCount, count) == 1 { return 1 }
        if podo_bio_should_retry(self.kernelBIO) != 0 { podo_bio_retry_write(bio) }
        return 0
    }
}
