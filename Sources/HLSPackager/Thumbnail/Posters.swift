package import MediaTypes
package import Observability
package import Primitives
internal import Reactor
internal import Synchronization

/// The latest thumbnail of every stream, and who makes them. It stays when the stream has ended: it is what people are
/// shown of it, until `ThumbnailLimits.posterCountMax` others have begun later.
package final class Posters: Sendable {
    private struct Entry {
        let thumbnailer: Thumbnailer
        var latest: Thumbnail?
        /// Rises with every publishing that begins.
        var begun: Int
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var begun = 0
        /// Of thumbnailers that are gone.
        var counts = Thumbnailer.Counts()
    }

    package let interval: TimeAmount
    private let pool: BlockingPool
    /// A look takes a lock, for posters are asked for by people.
    private let state = Mutex(State())

    package init(interval: TimeAmount) {
        self.interval = interval
        self.pool = BlockingPool(
            name: "posters", threadCount: ThumbnailLimits.poolThreadCount,
            waitingCountMax: ThumbnailLimits.poolWaitingCountMax)
    }

    /// For somebody who looks at it, which has the next one made when it is due.
    package func look(at stream: String) -> Thumbnail? {
        let entry = self.state.withLock { $0.entries[stream] }
        entry?.thumbnailer.want()
        return entry?.latest
    }

    /// Has posters made of what goes to `receiver`.
    package func tap(_ receiver: any MediaReceiver, stream: String, environment: PackagerEnvironment) -> PosterTap {
        let thumbnailer = self.state.withLock { state in
            state.begun += 1
            let thumbnailer = state.entries[stream]?.thumbnailer ?? self.makeThumbnailer(of: stream, &state)
            state.entries[stream]?.begun = state.begun
            // Before another stream can ask for the room.
            thumbnailer.publishing(1)
            return thumbnailer
        }
        return PosterTap(receiver: receiver, thumbnailer: thumbnailer, environment: environment)
    }

    private func makeThumbnailer(of stream: String, _ state: inout State) -> Thumbnailer {
        while state.entries.count >= ThumbnailLimits.posterCountMax {
            let idle = state.entries.filter { !$0.value.thumbnailer.isPublished }
            guard let oldest = idle.min(by: { $0.value.begun < $1.value.begun }) else { break }
            state.entries[oldest.key] = nil
            state.counts.add(oldest.value.thumbnailer.counts)
        }
        let thumbnailer = Thumbnailer(interval: self.interval, pool: self.pool) { [weak self] thumbnail in
            self?.state.withLock { $0.entries[stream]?.latest = thumbnail }
        }
        state.entries[stream] = Entry(thumbnailer: thumbnailer, begun: state.begun)
        return thumbnailer
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
                let all = self?.state.withLock { [$0.counts] + $0.entries.values.map(\.thumbnailer.counts) } ?? []
                return Double(all.reduce(0) { $0 + count($1) })
            }
        }
    }
}
