internal import HTTPServer
internal import Postgres
package import Primitives
package import Reactor

/// What managers watch as it happens: payments, refunds and requests.
///
/// Payments and refunds are told by a consumer of the outbox, in one process; it notifies all processes, in the
/// transaction in which it notes that it did. Requests are those of this process.
package final class LiveViews: Sendable {
    package static let channel: StaticString = "live_views"
    /// PostgreSQL takes payloads below 8000 bytes.
    private static let noteByteCountMax = 7900

    let payments: LiveFeed
    let refunds: LiveFeed
    let requestFeed: LiveFeed
    package let requests: RecentRequests
    private let limits: ViewLimits

    package init(requests: RecentRequests, loops: [EventLoop], limits: ViewLimits = ViewLimits()) {
        self.payments = LiveFeed(loops: loops, limits: limits)
        self.refunds = LiveFeed(loops: loops, limits: limits)
        self.requestFeed = LiveFeed(loops: loops, limits: limits)
        self.requests = requests
        self.limits = limits
    }

    /// Tells every process of payments and refunds.
    package static let consumer = OutboxConsumer(
        "live",
        topics: [
            .paymentCompleted, .paymentFailed, .paymentOrphaned, .refundRequested, .refundCompleted, .refundFailed,
        ]
    ) { event, transaction in
        let note = "\(event.topic.rawValue) \(event.id.description) \(event.payload)"
        // What is too long for a note is looked up by whoever watches.
        let isLong = note.utf8.count > LiveViews.noteByteCountMax
        _ = try await transaction.run(LiveViews.tell, isLong ? "\(event.topic.rawValue) -" : note)
    }

    /// What another process, or this one, has noted.
    package func hear(_ note: String) {
        let words = note.split(separator: " ", maxSplits: 2)
        guard let topic = words.first.flatMap({ OutboxTopic(rawValue: String($0)) }) else { return }
        let feed: LiveFeed
        switch topic {
        case .paymentCompleted, .paymentFailed, .paymentOrphaned: feed = self.payments
        case .refundRequested, .refundCompleted, .refundFailed: feed = self.refunds
        default: return
        }
        guard words.count == 3 else { return feed.tellOfGap() }
        feed.tell(topic.rawValue, id: String(words[1]), String(words[2]))
    }

    /// Notes may have been lost.
    package func resynchronize() {
        self.payments.tellOfGap()
        self.refunds.tellOfGap()
    }

    /// Tells of requests to those who watch them, until its task is cancelled. `pause` waits.
    package func followRequests(pause: (TimeAmount) async -> Void) async {
        var last = self.requests.newest
        while !Task.isCancelled {
            await pause(self.limits.requestTime)
            last = self.tellRequests(since: last)
        }
    }

    /// Returns the number of the last that was told of.
    func tellRequests(since last: Int64) -> Int64 {
        guard self.requestFeed.isWatched else { return self.requests.newest }
        let (requests, missedCount) = self.requests.news(since: last, countMax: self.limits.requestCountOfLookMax)
        if missedCount > 0 { self.requestFeed.tellOfGap() }
        for request in requests {
            var writer = JSONWriter()
            RequestAnswer(request: request).encode(to: &writer)
            self.requestFeed.tell(
                "request", id: "\(request.number)", String(decoding: writer.bytes, as: UTF8.self))
        }
        return requests.last?.number ?? last
    }

    private static let tell = PostgresStatement("live_tell", "SELECT pg_notify('live_views', $1)")
}
