package import Primitives
internal import Reactor

/// A stream of events to one browser (`text/event-stream`), on the loop of its connection.
///
/// Nothing is queued here: what the connection does not take is lost, by policy. A comment goes out when nothing
/// else did for a while, so that proxies keep the connection and a client that is gone is noticed.
package final class ServerSentEvents {
    /// What happens to a client that does not read.
    package enum SlowClientPolicy: Sendable {
        /// Ends the stream; the browser comes back by itself with the last event it has seen.
        case drop
        /// Leaves events out until there is room: for states, where only the newest matters.
        case skip
    }

    package struct Limits: Sendable {
        package var eventByteCountMax = 64 * 1024
        package var heartbeat = TimeAmount.seconds(15)

        package init() {}
    }

    private let writer: HTTPStreamWriter
    private let policy: SlowClientPolicy
    private let limits: Limits
    private var heartbeatTimer: TimerID?
    private var hasWritten = false
    private var isFull = false
    package private(set) var isClosed = false
    package private(set) var skippedCount = 0

    /// Called once, when no more events can be sent, whoever ended it.
    package var onClose: (() -> Void)?

    /// The response that `start` runs behind.
    package static func response(
        slowClient policy: SlowClientPolicy, limits: Limits = Limits(),
        start: @escaping @Sendable (_ events: ServerSentEvents) -> Void
    ) -> HTTPResponse {
        var fields = HTTPFields()
        fields.append(.contentType, "text/event-stream")
        fields.append(.cacheControl, "no-store")
        fields.append(HTTPFieldName("x-accel-buffering"), "no")
        return HTTPResponse(
            .ok, fields: fields,
            body: .stream { writer in
                let events = ServerSentEvents(writer, policy, limits)
                events.begin()
                start(events)
            })
    }

    /// The last event that a returning browser has seen; nil when it is new, or sends more than 256 bytes.
    package static func lastEventID(of request: borrowing HTTPRequest) -> String? {
        guard let bytes = request.fields.bytes(.lastEventID), bytes.count <= 256 else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    init(_ writer: HTTPStreamWriter, _ policy: SlowClientPolicy, _ limits: Limits) {
        self.writer = writer
        self.policy = policy
        self.limits = limits
    }

    /// Takes over the writer's callbacks, which keep this alive until the stream ends.
    func begin() {
        self.writer.onDrain = { self.isFull = false }
        self.writer.onClose = { self.closed() }
        self.scheduleHeartbeat()
    }

    // MARK: Sending

    /// False when the event was left out or the client is gone.
    @discardableResult
    package func send(_ event: ServerSentEvent) -> Bool { self.send(encoded: event.encoded()) }

    /// The same for whoever sends an event to many, who encodes it once.
    @discardableResult
    package func send(encoded bytes: [UInt8]) -> Bool {
        guard !self.isClosed else { return false }
        guard bytes.count <= self.limits.eventByteCountMax else {
            self.skippedCount += 1
            return false
        }
        return self.write(bytes, isEvent: true)
    }

    /// Ends the stream in order.
    package func finish() {
        guard !self.isClosed else { return }
        self.writer.finish()
        self.closed()
    }

    private func write(_ bytes: [UInt8], isEvent: Bool) -> Bool {
        let result = self.isFull ? .full : self.writer.write(bytes)
        switch result {
        case .queued:
            self.hasWritten = true
            return true
        case .full:
            self.isFull = true
            if isEvent { self.skippedCount += 1 }
            if isEvent && self.policy == .drop {
                self.writer.abort()
                self.closed()
            }
            return false
        case .closed:
            self.closed()
            return false
        }
    }

    private func closed() {
        guard !self.isClosed else { return }
        self.isClosed = true
        if let timer = self.heartbeatTimer { self.writer.loop.cancel(timer) }
        self.heartbeatTimer = nil
        let onClose = self.onClose
        self.onClose = nil
        onClose?()
    }

    // MARK: Heartbeat

    private func scheduleHeartbeat() {
        let loop = self.writer.loop
        self.heartbeatTimer = loop.schedule(at: loop.now + self.limits.heartbeat) { [weak self] in self?.beat() }
    }

    private func beat() {
        self.heartbeatTimer = nil
        if !self.hasWritten { _ = self.write(Array(":\n\n".utf8), isEvent: false) }
        self.hasWritten = false
        if !self.isClosed { self.scheduleHeartbeat() }
    }
}
