internal import CLinux
internal import Glibc

/// All viewers, on one thread.
struct Burst {
    struct Round {
        var firstAsked: Int64 = 0
        var lastAsked: Int64 = 0
        /// When each answer was whole, in the order in which they were.
        var answered: [Int64] = []
        var bodyByteCount = 0

        var json: String {
            let middle = self.answered[self.answered.count / 2]
            return "{\"firstAsked\":\(self.firstAsked),\"lastAsked\":\(self.lastAsked)"
                + ",\"answers\":\(self.answered.count),\"firstAnswered\":\(self.answered[0])"
                + ",\"medianAnswered\":\(middle),\"lastAnswered\":\(self.answered[self.answered.count - 1])"
                + ",\"bodyBytes\":\(self.bodyByteCount)}"
        }
    }

    /// A part comes twice a second.
    private static let waitMillisecondsMax: CInt = 10_000

    private let arguments: BurstArguments
    private var clients: [BurstClient]
    private let poller = epoll_create1(0)
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

    init(_ arguments: BurstArguments) {
        self.arguments = arguments
        self.clients = (0..<arguments.clientCount).map { BurstClient(number: $0, port: arguments.port) }
        for (index, client) in self.clients.enumerated() {
            var event = epoll_event()
            event.events = EPOLLIN.rawValue
            event.data.u64 = UInt64(index)
            guard epoll_ctl(self.poller, EPOLL_CTL_ADD, client.descriptor, &event) == 0 else {
                fail("epoll_ctl: errno \(errno)")
            }
        }
    }

    /// One of them waits for a part; then all ask for the second one after it.
    mutating func round() -> Round {
        let now = self.first(self.request("", of: 0))
        let next = self.first(self.request(Self.directives(for: Self.hintedPart(now)), of: 0))
        let hinted = Self.hintedPart(next)
        let directives = Self.directives(for: (hinted.sequence, hinted.number + 1))
        // Made before, so that asking takes no longer.
        let isAlike = self.arguments.passes.isEmpty
        let requests = (isAlike ? 0..<1 : self.clients.indices).map { self.request(directives, of: $0) }
        var round = Round()
        round.firstAsked = monotonicNanoseconds()
        for index in self.clients.indices { self.clients[index].ask(requests[isAlike ? 0 : index]) }
        round.lastAsked = monotonicNanoseconds()
        var body: [UInt8]?
        while round.answered.count < self.clients.count {
            for index in self.readyClients() where self.clients[index].read(self.buffer, body: &body) {
                round.answered.append(monotonicNanoseconds())
            }
        }
        round.bodyByteCount = self.clients[0].bodyByteCount
        return round
    }

    /// The answer to the first client alone.
    private mutating func first(_ request: [UInt8]) -> String {
        var body: [UInt8]? = []
        self.clients[0].ask(request)
        var isWhole = false
        while !isWhole {
            for index in self.readyClients() { isWhole = self.clients[index].read(self.buffer, body: &body) }
        }
        return String(decoding: body ?? [], as: UTF8.self)
    }

    /// Waits until something has come, and says for whom.
    private func readyClients() -> [Int] {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 256) { events in
            let count = epoll_wait(self.poller, events.baseAddress, CInt(events.count), Self.waitMillisecondsMax)
            guard count > 0 else { fail("nothing came for \(Self.waitMillisecondsMax) ms") }
            return events[..<Int(count)].map { Int($0.data.u64) }
        }
    }

    private func request(_ directives: String, of client: Int) -> [UInt8] {
        var path = self.arguments.path
        if !self.arguments.passes.isEmpty {
            let words = path.split(separator: "/", omittingEmptySubsequences: false)
            path = words.map { $0 == "PASS" ? self.arguments.passes[client] : $0 }.joined(separator: "/")
        }
        return Array("GET \(path)\(directives) HTTP/1.1\r\nHost: burst\r\n\r\n".utf8)
    }

    /// What asks for a playlist that has this part.
    private static func directives(for part: (sequence: Int, number: Int)) -> String {
        "?_HLS_msn=\(part.sequence)&_HLS_part=\(part.number)"
    }

    /// The part that a playlist announces: its name is `main/17.3.m4s`.
    private static func hintedPart(_ playlist: String) -> (sequence: Int, number: Int) {
        for line in playlist.split(separator: "\n") where line.hasPrefix("#EXT-X-PRELOAD-HINT:") {
            let words = line.split(separator: "/").last?.split(separator: ".") ?? []
            if words.count == 3, let sequence = Int(words[0]), let number = Int(words[1]) { return (sequence, number) }
        }
        fail("no part is announced in:\n\(playlist)")
    }
}
