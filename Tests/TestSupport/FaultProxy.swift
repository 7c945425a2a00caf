internal import Foundation
internal import Glibc

/// Stands between a client and a server's Unix socket, and does to their bytes what networks do.
///
/// It listens on a free port of 127.0.0.1. What `mode` says holds for bytes and connections from then on.
package final class FaultProxy: @unchecked Sendable {
    // SAFETY: what changes is touched under `lock` only; descriptors are closed by the thread that serves them.

    package enum Mode: Equatable, Sendable {
        case pass
        /// Each piece waits for so long on its way, in either direction.
        case delay(milliseconds: Int32)
        /// Nothing arrives any more, and nobody is told.
        case blackHole
        /// Connections end as soon as they are seen.
        case drop
        /// The first piece from a client with this text reaches the server; its answer reaches nobody, and the
        /// client's connection ends, or stays silent for ever.
        case swallowAnswer(to: String, endsClient: Bool)
        /// That piece does not reach the server, which is not told of the end either; the client's connection ends.
        case swallowRequest(String)
    }

    package let port: UInt16
    private let listener: CInt
    private let upstreamPath: String
    private let lock = NSLock()
    private var mode = Mode.pass
    /// What holds after a piece was swallowed.
    private var nextMode = Mode.pass
    private var isStopped = false
    private var swallowed = 0

    /// `upstreamPath` is a Unix socket.
    package init(upstreamPath: String) throws {
        self.upstreamPath = upstreamPath
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && Glibc.listen(listener, 64) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        self.port = UInt16(bigEndian: address.sin_port)
        let thread = Thread { [self] in self.accept() }
        thread.start()
    }

    /// After a piece was swallowed `next` holds.
    package func set(_ mode: Mode, then next: Mode = .pass) {
        self.lock.withLock {
            self.mode = mode
            self.nextMode = next
        }
    }

    /// How often a piece was swallowed that `mode` had named.
    package var swallowedCount: Int { self.lock.withLock { self.swallowed } }

    package func stop() { self.lock.withLock { self.isStopped = true } }

    private var current: Mode? { self.lock.withLock { self.isStopped ? nil : self.mode } }

    // MARK: Threads

    private func accept() {
        defer { close(self.listener) }
        while let mode = self.current {
            guard Self.isReadable(self.listener, milliseconds: 20) else { continue }
            let client = Glibc.accept(self.listener, nil, nil)
            guard client >= 0 else { continue }
            if mode == .drop {
                close(client)
                continue
            }
            let thread = Thread { [self] in self.serve(client) }
            thread.start()
        }
    }

    private func serve(_ client: CInt) {
        defer { close(client) }
        guard let server = self.connect() else { return }
        defer { close(server) }
        while let mode = self.current, mode != .drop {
            if mode == .blackHole {
                poll(nil, 0, 10)
                continue
            }
            var entries = [
                pollfd(fd: client, events: CShort(POLLIN), revents: 0),
                pollfd(fd: server, events: CShort(POLLIN), revents: 0),
            ]
            guard poll(&entries, 2, 10) > 0, self.current == mode else { continue }
            if entries[1].revents != 0, !self.carry(from: server, to: client, mode, isRequest: false) { return }
            if entries[0].revents != 0, !self.carry(from: client, to: server, mode, isRequest: true) { return }
        }
    }

    /// Carries one piece; false when the connection is over.
    private func carry(from source: CInt, to target: CInt, _ mode: Mode, isRequest: Bool) -> Bool {
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        let count = read(source, &piece, piece.count)
        guard count > 0 else { return false }
        let bytes = piece[..<count]
        switch mode {
        case .delay(let milliseconds): poll(nil, 0, milliseconds)
        case .swallowAnswer(let text, let endsClient) where isRequest && Self.contains(bytes, text):
            self.swallow()
            guard Self.write(bytes, to: target), Self.isReadable(target, milliseconds: 10_000) else { return false }
            _ = read(target, &piece, piece.count)
            if !endsClient { self.waitForStop() }
            return false
        case .swallowRequest(let text) where isRequest && Self.contains(bytes, text):
            self.swallow()
            // The client sees the end; the server sees a client that thinks.
            shutdown(source, CInt(SHUT_RDWR))
            self.waitForStop()
            return false
        case .pass, .blackHole, .drop, .swallowAnswer, .swallowRequest: break
        }
        return Self.write(bytes, to: target)
    }

    private func swallow() {
        self.lock.withLock {
            self.swallowed += 1
            self.mode = self.nextMode
        }
    }

    private func waitForStop() { while self.current != nil { poll(nil, 0, 20) } }

    // MARK: Descriptors

    private func connect() -> CInt? {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            for (index, byte) in self.upstreamPath.utf8.prefix(path.count - 1).enumerated() { path[index] = byte }
        }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    private static func isReadable(_ descriptor: CInt, milliseconds: CInt) -> Bool {
        var entry = pollfd(fd: descriptor, events: CShort(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: CInt) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func contains(_ bytes: ArraySlice<UInt8>, _ text: String) -> Bool {
        let word = Array(text.utf8)
        guard bytes.count >= word.count else { return false }
        return (bytes.startIndex...(bytes.endIndex - word.count)).contains { bytes[$0..<($0 + word.count)].elementsEqual(word) }
    }
}
