internal import Glibc
internal import Primitives

/// The TLS side of a connection: ciphertext in and out, with the engine between it and the plain code.
struct TLSTransport {
    let engine: AnyObject
    var unsent = ByteQueue()
}

extension Connection {
    var hasUnsentCiphertext: Bool { self.tls.map { !$0.unsent.isEmpty } ?? false }

    func startTLS(_ context: TLSContext) {}

    func receivedCiphertext(_ bytes: UnsafeRawBufferPointer) {}

    func resumeTLSInput() {}

    func sendSealed() -> Int { 0 }

    func sealCloseNotify() -> Bool { false }
}
