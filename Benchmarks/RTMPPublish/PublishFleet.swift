internal import Glibc

/// Plays all publishers on one thread.
struct PublishFleet {
    struct Result {
        var publishedCount = 0
        var failedCount = 0
        var byteCount = 0
        var seconds = 0.0

        var json: String {
            "{\"published\":\(self.publishedCount),\"failed\":\(self.failedCount),\"bytes\":\(self.byteCount)"
                + ",\"seconds\":\(self.seconds)}"
        }
    }

    /// Publishers of one fleet begin one after another within this time, so that their frames do not come together.
    private static let spreadNanoseconds: Int64 = 40_000_000

    private let arguments: PublishArguments
    private let script: PublishScript
    private var connections: [PublishConnection] = []
    private var startedCount = 0
    private var result = Result()
    private var times: [PublishTimes.Row] = []

    init(_ arguments: PublishArguments, script: PublishScript) {
        self.arguments = arguments
        self.script = script
    }

    mutating func run() -> Result {
        let begun = Self.now
        while self.startedCount < self.arguments.count || !self.connections.isEmpty {
            self.startSome(since: begun)
            for index in self.connections.indices { self.connections[index].advance(self.script, now: Self.now) }
            self.removeEnded()
            if self.startedCount < self.arguments.count || !self.connections.isEmpty { self.wait(since: begun) }
        }
        self.result.seconds = Double(Self.now - begun) / 1e9
        if let path = self.arguments.timesPath { PublishTimes.write(self.times, to: path) }
        return self.result
    }

    /// When the next publisher may start; never once all have.
    private func nextStart(since begun: Int64) -> Int64 {
        guard self.startedCount < self.arguments.count, self.connections.count < self.arguments.parallel else {
            return .max
        }
        if let rate = self.arguments.perSecond { return begun + Int64(Double(self.startedCount) / rate * 1e9) }
        guard !self.arguments.isFast else { return begun }
        let spread = Int64(min(self.arguments.count, self.arguments.parallel))
        return self.startedCount < Int(spread)
            ? begun + Int64(self.startedCount) * Self.spreadNanoseconds / spread : begun
    }

    private mutating func startSome(since begun: Int64) {
        while self.nextStart(since: begun) <= Self.now {
            if let connection = PublishConnection(number: self.startedCount, script: self.script, now: Self.now) {
                self.connections.append(connection)
            } else {
                self.result.failedCount += 1
            }
            self.startedCount += 1
        }
    }

    private mutating func removeEnded() {
        for connection in self.connections where connection.state != .running {
            self.result.byteCount += connection.sentByteCount
            self.times += zip(connection.sentAt, self.script.packets).map { sentAt, packet in
                PublishTimes.Row(number: connection.number, packet: packet, sentAt: sentAt)
            }
            if connection.state == .ended { self.result.publishedCount += 1 } else { self.result.failedCount += 1 }
        }
        self.connections.removeAll { $0.state != .running }
    }

    /// Until something is due or a socket has something to say.
    private mutating func wait(since begun: Int64) {
        var due = self.nextStart(since: begun)
        for connection in self.connections { due = min(due, connection.nextDue(self.script)) }
        var sockets = self.connections.map { connection in
            pollfd(
                fd: connection.descriptor, events: Int16(POLLIN) | (connection.isBlocked ? Int16(POLLOUT) : 0),
                revents: 0)
        }
        let wait = due == .max ? 1000 : max(0, (due - Self.now + 999_999) / 1_000_000)
        guard poll(&sockets, UInt(sockets.count), CInt(clamping: wait)) > 0 else { return }
        for (index, socket) in sockets.enumerated() where socket.revents != 0 {
            if socket.revents & Int16(POLLOUT) != 0 { self.connections[index].becameWritable() }
            if socket.revents & ~Int16(POLLOUT) != 0 { self.connections[index].read() }
        }
    }

    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
