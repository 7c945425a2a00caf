internal import Glibc

/// One publisher's socket and how far it has come in the script.
struct PublishConnection {
    enum State {
        case running
        case ended
        /// Closed by the server, or refused.
        case failed
    }

    let number: Int
    let descriptor: CInt
    private(set) var state = State.running
    private(set) var sentByteCount = 0
    /// When the last byte of each packet went out, if that is wanted; monotonic, in nanoseconds.
    private(set) var sentAt: [Int64] = []
    /// When the first packet is due, in nanoseconds.
    private var start: Int64
    private var own: [UInt8]
    private var ownOffset = 0
    private var packetIndex = 0
    private var packetOffset = 0
    private var hasSaidGoodbye = false
    private var holdsUntil: Int64 = .max
    /// Set once all is sent: by then the server must have closed.
    private var closesBy: Int64 = .max
    private static let closingNanosecondsMax: Int64 = 30_000_000_000
    /// The kernel takes no more for now.
    private(set) var isBlocked = false

    init?(number: Int, script: PublishScript, now: Int64) {
        guard let descriptor = Self.connected(port: script.arguments.port) else { return nil }
        self.number = number
        self.descriptor = descriptor
        self.start = now
        self.own = script.preamble(number)
    }

    private static func connected(port: UInt16) -> CInt? {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafeBytes(of: &address) {
            connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t($0.count)) == 0
        }
        guard isConnected, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else {
            close(descriptor)
            return nil
        }
        var noDelay: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout<CInt>.size))
        return descriptor
    }

    /// When something is to be done next without an event on the socket.
    func nextDue(_ script: PublishScript) -> Int64 {
        guard self.state == .running, !self.isBlocked else { return .max }
        if self.closesBy != .max { return self.closesBy }
        if self.ownOffset < self.own.count { return 0 }
        if self.packetIndex < script.packets.count {
            return script.arguments.isFast ? 0 : self.start + script.packets[self.packetIndex].due * 1_000_000
        }
        return self.holdsUntil == .max ? 0 : self.holdsUntil
    }

    /// Sends whatever is due.
    mutating func advance(_ script: PublishScript, now: Int64) {
        while self.state == .running, !self.isBlocked, self.closesBy == .max, self.nextDue(script) <= now {
            if self.ownOffset < self.own.count {
                self.sendOwn(script)
            } else if self.packetIndex < script.packets.count {
                self.sendPacket(script)
            } else if !self.hasSaidGoodbye {
                self.own = script.end(self.number)
                self.ownOffset = 0
                self.hasSaidGoodbye = true
            } else if self.holdsUntil == .max {
                self.holdsUntil = now + Int64(script.arguments.holdSeconds * 1e9)
            } else {
                // The rest of what the server says is read to its end: closing earlier would reset the connection,
                // and the server would lose what it had not read yet.
                shutdown(self.descriptor, CInt(SHUT_WR))
                self.closesBy = now + Self.closingNanosecondsMax
                return
            }
        }
        if now >= self.closesBy { self.end(.failed) }
    }

    mutating func becameWritable() { self.isBlocked = false }

    /// Throws away what the server says, but notices its refusal and its end.
    mutating func read() {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while self.state == .running {
            let count = recv(self.descriptor, &buffer, buffer.count, 0)
            if count < 0 {
                if errno != EAGAIN { self.end(self.closesBy == .max ? .failed : .ended) }
                return
            }
            if count == 0 {
                self.end(self.closesBy == .max ? .failed : .ended)
                return
            }
        }
    }

    mutating func end(_ state: State) {
        guard self.state == .running else { return }
        self.state = state
        close(self.descriptor)
    }

    private mutating func sendOwn(_ script: PublishScript) {
        self.ownOffset += self.send(self.own[self.ownOffset...], script)
    }

    private mutating func sendPacket(_ script: PublishScript) {
        let packet = script.packets[self.packetIndex]
        self.packetOffset += self.send(
            script.media[packet.range.lowerBound + self.packetOffset..<packet.range.upperBound], script)
        guard self.packetOffset == packet.range.count else { return }
        if script.arguments.timesPath != nil { self.sentAt.append(PublishFleet.now) }
        self.packetIndex += 1
        self.packetOffset = 0
    }

    private mutating func send(_ bytes: ArraySlice<UInt8>, _ script: PublishScript) -> Int {
        let wanted = min(bytes.count, script.arguments.pieceByteCount)
        let count = bytes.withUnsafeBytes { Glibc.send(self.descriptor, $0.baseAddress, wanted, CInt(MSG_NOSIGNAL)) }
        if count < 0 {
            if errno == EAGAIN { self.isBlocked = true } else { self.end(.failed) }
            return 0
        }
        self.sentByteCount += count
        return count
    }
}
