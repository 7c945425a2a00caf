internal import Reactor

/// The snapshots of all streams as one loop has them: copies of its own, so that serving from them touches no count
/// that another loop touches. On that loop only.
package final class SnapshotShelf: @unchecked Sendable {
    // SAFETY: touched on `loop` only, which `assertIsOnLoop` checks.
    private let loop: EventLoop
    private var streams: [String: StreamSnapshot] = [:]

    /// Called on the loop after each change, with the loop's own copy; nil when a stream is over.
    package var onSnapshot: ((_ stream: String, StreamSnapshot?) -> Void)?

    init(loop: EventLoop) { self.loop = loop }

    package subscript(stream: String) -> StreamSnapshot? {
        self.loop.assertIsOnLoop()
        return self.streams[stream]
    }

    /// Snapshots that come after a newer one are passed over.
    func put(_ snapshot: StreamSnapshot?, of stream: String) {
        self.loop.assertIsOnLoop()
        guard let snapshot else {
            if self.streams.removeValue(forKey: stream) != nil { self.onSnapshot?(stream, nil) }
            return
        }
        let previous = self.streams[stream]
        if let previous, previous.version >= snapshot.version { return }
        let copy = snapshot.copied(since: previous)
        self.streams[stream] = copy
        self.onSnapshot?(stream, copy)
    }
}
