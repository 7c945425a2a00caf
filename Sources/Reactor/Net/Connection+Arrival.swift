internal import CLinux
internal import Glibc

/// What the kernel knows of a peer whose bytes are not being read.
extension Connection {
    /// Bytes that have arrived in this connection's life, those included that wait in the kernel. Costs a system call.
    package var arrivedByteCount: Int { self.receivedByteCount &+ self.queueByteCount(UInt(FIONREAD)) }

    /// Whether the peer's system has everything that was said to it. One that has gone never says so. Costs a system
    /// call.
    package var isOutputAcknowledged: Bool { !self.hasUnsentOutput && self.queueByteCount(UInt(TIOCOUTQ)) == 0 }

    private func queueByteCount(_ request: UInt) -> Int {
        guard !self.isClosed else { return 0 }
        var count: CInt = 0
        guard ioctl(self.descriptor, request, &count) == 0 else { return 0 }
        return Int(count)
    }
}
