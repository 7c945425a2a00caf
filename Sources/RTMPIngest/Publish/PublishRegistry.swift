internal import Synchronization

/// Who publishes which stream, over all loops: one publisher each.
///
/// An entry lives as long as its publishing, so streams of the past leave nothing; there are never more entries than
/// connections.
final class PublishRegistry: Sendable {
    private let live = Mutex<[String: LivePublishing]>([:])

    /// Enters a publishing, or returns the one that has its stream.
    func claim(_ new: LivePublishing) -> LivePublishing? {
        self.live.withLock { live in
            if let occupant = live[new.stream] { return occupant }
            live[new.stream] = new
            return nil
        }
    }

    /// Takes a publishing out; another one of the same stream stays.
    func release(_ old: LivePublishing) {
        self.live.withLock { live in
            if live[old.stream] === old { live[old.stream] = nil }
        }
    }

    /// By name.
    var streams: [LiveStream] {
        self.live.withLock { Array($0.values) }.map(\.summary).sorted { $0.stream < $1.stream }
    }

    func stream(_ name: String) -> LiveStream? { self.live.withLock { $0[name] }?.summary }

    var count: Int { self.live.withLock { $0.count } }
}
