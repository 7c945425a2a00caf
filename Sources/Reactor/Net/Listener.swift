internal import CLinux
internal import Glibc

/// A listening TCP socket, shared by every loop: the kernel queues connections once, and each loop accepts from it.
///
/// One socket for all, not one per loop with SO_REUSEPORT: closing one of several would throw away the connections
/// that the kernel has queued on it.
package final class Listener: Sendable {
    /// Connections the kernel may hold that no loop has accepted yet.
    package static let backlogCountMax: CInt = 4096

    package let descriptor: CInt
    package let address: SocketAddress
    /// The parent may go on listening with an inherited socket, so shutting it is not ours to do.
    private let isInherited: Bool

    /// Binds and listens. Port 0 takes a free one; `address` then says which.
    package init(_ address: SocketAddress) throws(SystemError) {
        let fd = socket(
            address.family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard fd >= 0 else { throw .last("socket") }
        do throws(SystemError) {
            SocketOption.set(fd, SOL_SOCKET, SO_REUSEADDR, 1)
            if case .v6 = address.host { SocketOption.set(fd, CInt(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
            SocketOption.prepareListening(fd)
            guard address.withSockaddr({ bind(fd, $0, $1) }) == 0 else { throw .last("bind") }
            guard listen(fd, Self.backlogCountMax) == 0 else { throw .last("listen") }
        } catch {
            close(fd)
            throw error
        }
        self.descriptor = fd
        self.address = SocketOption.localAddress(fd) ?? address
        self.isInherited = false
    }

    /// Takes over a listening socket that the parent process opened (socket activation).
    package init(inherited fd: CInt) throws(SystemError) {
        guard SocketOption.isListening(fd) else { throw SystemError(code: EINVAL, call: "inherited listener") }
        guard let address = SocketOption.localAddress(fd) else {
            throw SystemError(code: EAFNOSUPPORT, call: "inherited listener")
        }
        let flags = fcntl(fd, F_GETFL)
        guard flags >= 0, fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0, fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 else {
            throw .last("fcntl")
        }
        SocketOption.prepareListening(fd)
        self.descriptor = fd
        self.address = address
        self.isInherited = true
    }

    /// From any thread: the kernel refuses new connections from now on and resets those that nobody has accepted, so
    /// stop the acceptors first; one that still runs notices and rests for good. The descriptor itself stays open
    /// until the last acceptor has let go of it: its number cannot become somebody else's under their hands.
    package func shut() {
        if !self.isInherited { shutdown(self.descriptor, CInt(SHUT_RDWR)) }
    }

    deinit { close(self.descriptor) }
}

/// The socket options Podo sets, and what can be asked of a socket.
package enum SocketOption {
    package static func set(_ fd: CInt, _ level: CInt, _ name: CInt, _ value: CInt) {
        var value = value
        setsockopt(fd, level, name, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    /// How long sent bytes may stay unacknowledged before the kernel gives a peer up.
    static let userTimeoutMilliseconds: CInt = 30_000

    /// What the kernel takes of a connection's output beyond what the peer's window lets it send.
    ///
    /// Without it two megabytes are copied for a peer that reads nothing, which takes 2 ms of the loop's time; a
    /// thousand such peers at once hold the loop up for seconds. Half of this costs less still, but makes a fast
    /// reader's 500 KiB take further calls: measured, a quarter more time. The kernel asks for more when half of it
    /// has gone, so this is also the grain in which `writeStallTime` sees a slow peer's progress.
    static let unsentByteCountMax: CInt = 256 * 1024

    /// Accepted sockets inherit these, so a connection costs no call: no Nagle delay, little unsent output, and a
    /// dead peer is noticed while we wait for it (keepalive) and while it owes us acknowledgements (user timeout).
    static func prepareListening(_ fd: CInt) {
        self.set(fd, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        self.set(fd, CInt(IPPROTO_TCP), TCP_NOTSENT_LOWAT, self.unsentByteCountMax)
        self.set(fd, SOL_SOCKET, SO_KEEPALIVE, 1)
        self.set(fd, CInt(IPPROTO_TCP), TCP_KEEPIDLE, 30)
        self.set(fd, CInt(IPPROTO_TCP), TCP_KEEPINTVL, 10)
        self.set(fd, CInt(IPPROTO_TCP), TCP_KEEPCNT, 3)
        self.set(fd, CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, self.userTimeoutMilliseconds)
    }

    /// Closing throws away what is unsent and resets the connection.
    static func resetOnClose(_ fd: CInt) {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    /// True for a socket that connections can be accepted from.
    static func isListening(_ fd: CInt) -> Bool {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value != 0
    }

    package static func localAddress(_ fd: CInt) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutableBytes(of: &storage) {
            getsockname(fd, $0.assumingMemoryBound(to: sockaddr.self).baseAddress!, &length)
        }
        return result == 0 ? SocketAddress(storage) : nil
    }
}
