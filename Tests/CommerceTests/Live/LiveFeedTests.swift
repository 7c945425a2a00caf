import HTTPServer
import Postgres
import Primitives
import Reactor
import Testing

@testable import Commerce

@Suite("A feed that managers watch", .timeLimit(.minutes(5)))
struct LiveFeedTests {
    /// A browser, on the loop.
    private final class Browser: @unchecked Sendable {
        // SAFETY: touched on the loop only.
        var text = ""
        var isFull = false
        var writer: HTTPStreamWriter?
        var isFinished = false

        /// Names and data of events, one after the other: `payment.failed {}`.
        var events: [String] {
            // What only keeps the connection open is no event.
            self.text.split(separator: "\n\n").filter { !$0.hasPrefix(":") }.map { event in
                let lines = event.split(separator: "\n")
                func value(_ name: String) -> Substring {
                    lines.first { $0.hasPrefix(name + ": ") }?.dropFirst(name.count + 2) ?? ""
                }
                return "\(value("event")) \(value("id")) \(value("data"))"
            }
        }
    }

    /// Nil when it is sent away.
    private static func watch(_ feed: LiveFeed, _ rig: CommerceRig, seen: String? = nil) async throws -> Browser? {
        let loop = rig.group.loops[0]
        return try await rig.onLoop {
            guard let response = feed.response(seen: seen), case .stream(let produce) = response.body else {
                return nil
            }
            let browser = Browser()
            let writer = HTTPStreamWriter(
                loop: loop,
                transport: .init(
                    write: { bytes in
                        if browser.isFull { return .full }
                        browser.text += String(decoding: bytes, as: UTF8.self)
                        return .queued
                    }, finish: { browser.isFinished = true }, abort: {}))
            browser.writer = writer
            produce(writer)
            return browser
        }
    }

    private static func events(_ browser: Browser?, _ rig: CommerceRig) async throws -> [String] {
        try await rig.onLoop { browser?.events ?? ["none"] }
    }

    @Test("tells all, and whoever comes back what he has missed, or that he has to look")
    func comingBack() async throws {
        let rig = try CommerceRig()
        var limits = ViewLimits()
        limits.rememberedCountMax = 3
        let feed = LiveFeed(loops: rig.group.loops, limits: limits)
        let (first, second) = (try await Self.watch(feed, rig), try await Self.watch(feed, rig))
        // On the loop, as one who watches would be told: at once.
        try await rig.onLoop {
            for number in 1...5 { feed.tell("payment.completed", id: "e\(number)", "{\"n\":\(number)}") }
        }
        let all = (1...5).map { "payment.completed e\($0) {\"n\":\($0)}" }
        #expect(try await Self.events(first, rig) == all)
        #expect(try await Self.events(second, rig) == all)
        #expect(try await Self.events(Self.watch(feed, rig, seen: "e3"), rig) == Array(all[3...]))
        #expect(try await Self.events(Self.watch(feed, rig, seen: "e5"), rig) == [])
        for seen in ["e1", "x", ""] {
            #expect(try await Self.events(Self.watch(feed, rig, seen: seen), rig) == ["resync  {}"])
        }
        try await rig.onLoop { feed.tellOfGap() }
        #expect(try await Self.events(first, rig) == all + ["resync  {}"])
        #expect(try await Self.events(Self.watch(feed, rig, seen: "e5"), rig) == ["resync  {}"])
    }

    @Test("tells whoever does not read that he missed something, and lets in no more than it can tell")
    func bounds() async throws {
        let rig = try CommerceRig()
        var limits = ViewLimits()
        limits.followerCountMax = 2
        limits.eventByteCountMax = 100
        let feed = LiveFeed(loops: rig.group.loops, limits: limits)
        #expect(!feed.isWatched)
        let (slow, quick) = (try await Self.watch(feed, rig), try await Self.watch(feed, rig))
        #expect(feed.isWatched)
        #expect(try await Self.watch(feed, rig) == nil)
        try await rig.onLoop {
            slow?.isFull = true
            feed.tell("a", id: "1", "{}")
            feed.tell("a", id: "2", "{}")
            slow?.isFull = false
            slow?.writer?.transportDrained()
            feed.tell("a", id: "3", "{}")
            feed.tell("a", id: "4", "{}")
        }
        #expect(try await Self.events(quick, rig) == ["a 1 {}", "a 2 {}", "a 3 {}", "a 4 {}"])
        #expect(try await Self.events(slow, rig) == ["resync  {}", "a 4 {}"])
        try await rig.onLoop { feed.tell("a", id: "5", String(repeating: "x", count: 100)) }
        #expect(try await Self.events(quick, rig).last == "resync  {}")
        try await rig.onLoop { slow?.writer?.transportClosed() }
        #expect(try await Self.watch(feed, rig) != nil)
    }

    @Test("ends for each after a while, so that nobody watches longer than he may, and goes on where he comes back")
    func end() async throws {
        let rig = try CommerceRig()
        var limits = ViewLimits()
        limits.watchTimeMax = .seconds(5)
        let feed = LiveFeed(loops: rig.group.loops, limits: limits)
        try await rig.onLoop { for id in ["0", "1"] { feed.tell("a", id: id, "{}") } }
        let browser = try await Self.watch(feed, rig, seen: "0")
        try await rig.wait { try await rig.onLoop { browser?.isFinished } == true }
        #expect(!feed.isWatched)
        try await rig.onLoop { feed.tell("a", id: "2", "{}") }
        let seen = try await Self.events(browser, rig)
        #expect(seen == ["a 1 {}"])
        #expect(try await Self.events(Self.watch(feed, rig, seen: "1"), rig) == ["a 2 {}"])
    }

    @Test("is of what the outbox tells, in every process, and of what was asked of this one")
    func views() async throws {
        let rig = try CommerceRig()
        let recent = RecentRequests(routeLabels: [], loopCount: 1)
        let views = LiveViews(requests: recent, loops: rig.group.loops)
        let browsers = [
            try await Self.watch(views.payments, rig), try await Self.watch(views.refunds, rig),
            try await Self.watch(views.requestFeed, rig),
        ]
        let notes = rig.database.listen(LiveViews.channel)
        #expect(await notes.next() == .resynchronize)
        let relay = OutboxRelay(
            database: rig.database, consumers: [LiveViews.consumer],
            metrics: OutboxMetrics(consumers: [LiveViews.consumer], registry: rig.registry), log: rig.log)
        try await relay.register()
        let long = String(repeating: "x", count: 9000)
        try rig.sql(
            """
            INSERT INTO outbox (topic, aggregate, payload) VALUES ('payment.failed', 'payment:1', '{"paymentId": 1}'),
                ('refund.completed', 'payment:1', '{"refundId": 2}'),
                ('payment.completed', 'payment:2', '{"x": "\(long)"}')
            """)
        try await rig.wait {
            try await rig.onLoop { _ = try await relay.spread() }
            return try rig.sql("SELECT count(*) FROM outbox") == "0"
        }
        try await rig.onLoop { _ = try await relay.tell(LiveViews.consumer, countMax: 16) }
        for _ in 0..<3 {
            guard case .message(let text)? = await notes.next() else { break }
            try await rig.onLoop { views.hear(text) }
        }
        try await rig.onLoop {
            views.hear("nonsense")
            views.hear("ticket.issued x {}")
        }
        recent.answered(
            HTTPAnsweredRequest(
                routeLabel: "GET /a", status: .ok, bodyByteCount: 1, time: .milliseconds(3), memberID: 7,
                client: SocketAddress(host: .v4(0x7F00_0001), port: 0), traceID: "t", loop: 0))
        #expect(try await rig.onLoop { [views.tellRequests(since: 0), views.tellRequests(since: 1)] } == [1, 1])
        let payments = try await Self.events(browsers[0], rig)
        #expect(payments.count == 2 && payments[0].hasPrefix("payment.failed "), "\(payments)")
        #expect(payments[0].hasSuffix(#"{"paymentId": 1}"#) && payments[1] == "resync  {}")
        let refunds = try await Self.events(browsers[1], rig)
        #expect(refunds.count == 1 && refunds[0].hasSuffix(#"{"refundId": 2}"#))
        let requests = try await Self.events(browsers[2], rig)
        #expect(requests.count == 1 && requests[0].contains(#""route":"GET /a","status":200,"milliseconds":3"#))
        try await rig.onLoop { views.resynchronize() }
        #expect(try await Self.events(browsers[1], rig).last == "resync  {}")
    }
}
