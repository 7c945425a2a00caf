import MediaTypes
import Observability
import Primitives
import Reactor
import TestSupport

@testable import RTMPIngest

/// A front end on real loops and a free loopback port, with everything it tells kept in order.
final class LiveIngest {
    let group: EventLoopGroup
    let frontend: RTMPFrontend
    let metrics: MetricsRegistry
    let logMemory: LogMemory
    /// `stream word`, as it happened; media as `stream media-begins` and `stream media-finished`.
    let events: TestLog<String>
    let desk: Desk
    private let listener: Listener

    var port: UInt16 { self.listener.address.port }

    init(_ limits: RTMPLimits = LiveIngest.quickLimits(), loopCount: Int = 1, security: TLSContext? = nil) throws {
        self.group = try EventLoopGroup(loopCount: loopCount)
        self.metrics = MetricsRegistry(loopCount: loopCount)
        self.logMemory = LogMemory()
        self.events = TestLog()
        self.desk = Desk(events: self.events)
        self.frontend = RTMPFrontend(
            group: self.group, limits: limits, authorizer: self.desk, destination: self.desk, observer: self.desk,
            metrics: self.metrics, log: Log(level: .debug, memory: self.logMemory))
        self.listener = try Listener(.loopback(port: 0))
        self.group.start()
        self.frontend.listen(self.listener, security: security)
    }

    deinit { self.group.stop() }

    /// Refusals come at once.
    static func quickLimits(_ change: (inout RTMPLimits) -> Void = { _ in }) -> RTMPLimits {
        var limits = RTMPLimits()
        limits.refusalDelayTime = .milliseconds(1)
        change(&limits)
        return limits
    }

    func client(_ stream: String, _ profile: PublisherProfile = .ffmpeg) throws -> RTMPPublisherClient {
        try RTMPPublisherClient(port: self.port, RTMPPublisher(profile, key: "key-\(stream)"))
    }

    /// The value of a metric's line that begins with `prefix`.
    func metric(_ prefix: String) -> Int? {
        let text = String(decoding: self.metrics.prometheusText(), as: UTF8.self)
        return text.split(separator: "\n").first { $0.hasPrefix(prefix) }
            .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
    }

    func refused(_ reason: String) -> Int? { self.metric(#"podo_rtmp_refused_total{reason="\#(reason)"}"#) }

    var log: String { self.logMemory.lines.joined(separator: "\n") }

    /// Looks at a condition of other threads until it holds; false when it does not within ten seconds.
    func eventually(_ condition: () -> Bool) -> Bool {
        let end = MonotonicTime.now + .seconds(10)
        while !condition() { if MonotonicTime.now > end { return false } }
        return true
    }
}

/// Knows keys, which are stream names behind `key-`, takes media, writes down what happens.
final class Desk: PublishObserver, PublishAuthorizer, MediaDestination {
    let events: TestLog<String>
    /// The keys that were looked for.
    let asked = TestLog<String>()
    /// The decode time of every unit that came, in milliseconds.
    let unitTimes = TestLog<Int64>()
    /// The labels of what organizers were told.
    let advice = TestLog<String>()
    /// The stream `gated` is not decided before something is in here.
    let gate = TestLog<String>()

    /// Streams whose keys were taken back.
    let revoked = TestLog<String>()

    init(events: TestLog<String>) { self.events = events }

    func revocation(of grant: PublishGrant) -> PublishRefusal? {
        self.revoked.entries.contains(grant.stream) ? .keyRevoked : nil
    }

    func authorize(_ address: PublishAddress, from peer: SocketAddress) async -> PublishDecision {
        guard let key = address.keys.first?.reveal() else { return .refused(Self.unknownKey) }
        self.asked.add(key)
        // Comes back when it is given up, and not before.
        if key == "key-slow" { while !Task.isCancelled { await Task.yield() } }
        if key == "key-gated" {
            await withCheckedContinuation { continuation in
                Thread.start { [gate] in
                    gate.wait { !$0.isEmpty }
                    continuation.resume()
                }
            }
        }
        guard key.hasPrefix("key-") else { return .refused(Self.unknownKey) }
        let stream = String(key.dropFirst(4))
        return .accepted(PublishGrant(stream: stream, framesPerSecondMax: stream == "capped" ? 10 : nil))
    }

    static let unknownKey = PublishRefusal(.badName, label: "unknown-key", "Unknown.")

    func receiver(for stream: String, on loop: EventLoop) -> any MediaReceiver {
        self.events.add("\(stream) media-begins")
        return Receiver(stream: stream, events: self.events, unitTimes: self.unitTimes)
    }

    func observe(_ event: PublishEvent) {
        let stream = event.stream ?? "nobody"
        switch event.what {
        case .started: self.events.add("\(stream) started")
        case .stalled: self.events.add("\(stream) stalled")
        case .resumed: self.events.add("\(stream) resumed")
        case .stopped(let reason): self.events.add("\(stream) stopped \(reason)")
        case .refused(let refusal): self.events.add("\(stream) refused \(refusal.label)")
        case .advice(let advice): self.advice.add(advice.label.description)
        }
    }

    final class Receiver: MediaReceiver {
        let stream: String
        let events: TestLog<String>
        let unitTimes: TestLog<Int64>

        init(stream: String, events: TestLog<String>, unitTimes: TestLog<Int64> = TestLog()) {
            self.stream = stream
            self.events = events
            self.unitTimes = unitTimes
        }

        func receive(_ format: TrackFormat, of track: TrackID) {}
        func receive(_ unit: AccessUnit, payload: borrowing RawSpan) {
            self.unitTimes.add(unit.decodeTime.milliseconds)
        }
        func publishingEnded(_ end: MediaEnd) { self.events.add("\(self.stream) media-\(end)") }
    }
}
