internal import Glibc

/// A client that blocks, for talking to a loop from a test's thread. Every call gives up after ten seconds, so that a
/// broken server fails a test instead of hanging it.
package final class TestClient {
    package struct Failure: Error {
        package let call: String
        package let code: CInt
    }

    package let descriptor: CInt
    private var isOpen = true

    /// Connects to the loopback address. A small receive buffer makes a slow reader of this client.
    package init(port: UInt16, isIPv6: Bool = false, receiveBufferByteCount: CInt? = nil) throws {
        let fd = socket(isIPv6 ? AF_INET6 : AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard fd >= 0 else { throw Failure(call: "socket", code: errno) }
        self.descriptor = fd
        var time = timeval(tv_sec: 10, tv_usec: 0)
        let timeSize = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, timeSize)
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, timeSize)
        if var size = receiveBufferByteCount {
            setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        let result: CInt
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_addr = in6addr_loopback
            result = withUnsafeBytes(of: &address) {
                connect(fd, $0.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t($0.count))
            }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            result = withUnsafeBytes(of: &address) {
                connect(fd, $0.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t($0.count))
            }
        }
        guard result == 0 else { throw Failure(call: "connect", code: errno) }
    }

    deinit { self.close() }

    /// Sends everything.
    package func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(self.descriptor, $0.baseAddress! + sent, bytes.count - sent, CInt(MSG_NOSIGNAL))
            }
            guard count >= 0 else { throw Failure(call: "send", code: errno) }
            sent += count
        }
    }

    package func send(_ text: String) throws { try self.send(Array(text.utf8)) }

    /// What has come, at most `countMax`; empty at the end.
    package func receive(_ countMax: Int = 65536) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: countMax)
        let count = recv(self.descriptor, &buffer, countMax, 0)
        guard count >= 0 else { throw Failure(call: "recv", code: errno) }
        return Array(buffer[..<count])
    }

    /// Exactly `count` bytes, or less when the server ends before.
    package func receiveExactly(_ count: Int) throws -> [UInt8] {
        var all: [UInt8] = []
        while all.count < count {
            let some = try self.receive(min(count - all.count, 1 << 20))
            if some.isEmpty { break }
            all += some
        }
        return all
    }

    package func receiveToEnd() throws -> [UInt8] { try self.receiveExactly(.max) }

    /// Sends our last byte; reading goes on.
    package func shutOutput() { shutdown(self.descriptor, CInt(SHUT_WR)) }

    /// Closes with a reset instead of in order.
    package func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(self.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        self.close()
    }

    package func close() {
        if self.isOpen { Glibc.close(self.descriptor) }
        self.isOpen = false
    }
}
