internal import Glibc
internal import Primitives

/// Tells systemd how Podo is doing (sd_notify): a datagram to the socket that `NOTIFY_SOCKET` names. Without the
/// variable nothing is sent.
struct ServiceManager: Sendable {
    enum Message: Equatable {
        case ready
        case reloading
        case stopping

        /// `RELOADING` must carry the time, so that systemd can tell it from an older `READY`.
        func text(now: MonotonicTime) -> String {
            switch self {
            case .ready: "READY=1"
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1000)"
            case .stopping: "STOPPING=1"
            }
        }
    }

    private let socketPath: String?

    init(environment: [String: String]) { self.socketPath = environment["NOTIFY_SOCKET"] }

    /// A manager that cannot be reached is not worth failing for.
    func send(_ message: Message) {
        guard let socketPath, let (address, length) = Self.address(socketPath) else { return }
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let text = Array(message.text(now: .now).utf8)
        var copy = address
        withUnsafeBytes(of: &copy) { bytes in
            _ = sendto(
                descriptor, text, text.count, CInt(MSG_NOSIGNAL),
                bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, length)
        }
    }

    /// `@` in front stands for the NUL of the abstract namespace.
    private static func address(_ path: String) -> (sockaddr_un, socklen_t)? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return (address, socklen_t(MemoryLayout<sa_family_t>.size + bytes.count))
    }
}
