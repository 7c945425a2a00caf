package import MediaTypes
package import Observability
package import Primitives
internal import Reactor
internal import Synchronization

/// The latest thumbnail of every stream, and who makes them. It stays when the stream has ended: it is what people are
/// shown of it.
package final class Posters: Sendable {
    private struct Entry {
        let thumbnailer: Thumbnailer
        var latest: Thumbnail?
    }

    package let interval: TimeAmount
    private let pool: BlockingPool
    /// As many as there are streams; a look takes a lock, for posters are asked for by people.
    private let entries = Mutex<[String: Entry]>([:])

    package init(interval: TimeAmount) {
        self.interval = interval
        self.pool = BlockingPool(
            name: "posters", threadCount: ThumbnailLimits.poolThreadCount,
            waitingCountMax: ThumbnailLimits.poolWaitingCountMax)
    }

    /// For somebody who looks at it, which has the next one made when it is due.
    package func look(at stream: String) -> Thumbnail? {
        let entry = self.entries.withLock { $0[stream] }
        entry?.thumbnailer.want()
        return entry?.latest
    }

    /// Has posters made of what goes to `receiver`.
    package func tap(_ receiver: any MediaReceiver, stream: String, environment: PackagerEnvironment) -> PosterTap {
        PosterTap(receiver: receiver, thumbnailer: self.thumbnailer(of: stream), environment: environment)
    }

    private func thumbnailer(of stream: String) -> Thumbnailer {
        self.entries.withLock { entries in
            if let known = entries[stream] { return known.thumbnailer }
            let thumbnailer = Thumbnailer(interval: self.interval, pool: self.pool) { [weak self] thumbnail in
                self?.entries.withLock { $0[stream]?.latest = thumbnail }
            }
            entries[stream] = Entry(thumbnailer: thumbnailer)
            return thumbnailer
        }
    }

    package func register(in registry: MetricsRegistry) {
        let outcomes: [(String, @Sendable (Thumbnailer.Counts) -> Int)] = [
            ("made", { $0.made }), ("skipped", { $0.skipped }), ("failed", { $0.failed }),
        ]
        for (outcome, count) in outcomes {
            registry.sampledCounter(
                "podo_hls_posters_total", help: "Keyframes that were due to become a poster, by what came of them.",
                labels: ["outcome": outcome]
            ) { [weak self] in
                let entries = self?.entries.withLock { Array($0.values) } ?? []
                return Double(entries.reduce(0) { $0 + count($1.thumbnailer.counts) })
            }
        }
    }
}
