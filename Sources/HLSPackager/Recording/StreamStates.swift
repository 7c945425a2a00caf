package import Observability
package import Primitives
package import Reactor
internal import Synchronization

/// Keeps the numbers of all streams over restarts, so that they never go back: media sequences,
/// discontinuities, initialisation sections. From any thread; nothing here waits for the disk but `open` and `close`.
package final class StreamStates: Sendable {
    private let directory: String
    private let disk: any RecordingDisk
    private let pool: BlockingPool
    private let limits: StreamStateLimits
    private let log: Log
    private let wallClock: @Sendable () -> WallClock
    private let state = Mutex(State())
    /// Held while the file is written: what `close` writes is the last.
    private let file = Mutex(())

    private static let fileName = "streams"

    private struct State {
        var file = StreamStateFile(isClean: false)
        /// Streams of this process, whose numbers are right to the last one.
        var present: Set<String> = []
        var isChanged = false
        var isSaving = false
        var isClosed = false
        var savedAt = MonotonicTime(nanoseconds: .min)
        var hasFailed = false
    }

    /// - Parameter directory: Podo's own, which is there.
    package init(
        directory: String, pool: BlockingPool, limits: StreamStateLimits = StreamStateLimits(), log: Log,
        disk: any RecordingDisk = SystemDisk(), wallClock: @escaping @Sendable () -> WallClock = { .now }
    ) {
        self.directory = directory
        self.disk = disk
        self.pool = pool
        self.limits = limits
        self.log = log
        self.wallClock = wallClock
    }

    /// Reads what the process before has saved, and says that this one runs. Blocks; before any stream begins.
    package func open() {
        let beyond = StreamState(beyondAllBefore: self.wallClock())
        let found = self.read()
        self.state.withLock { state in
            guard let found else {
                state.file.floor = beyond
                return
            }
            state.file = found
            // One that ended by itself has saved everything. One that did not may have had streams that nobody knows.
            if !found.isClean {
                state.file.floor = found.floor.raised(to: beyond)
                let margin = self.limits.margin
                state.file.streams = found.streams.mapValues { $0.resumed(margin: margin).raised(to: beyond) }
            }
            state.file.isClean = false
        }
        self.save(isClean: false)
    }

    /// What a stream begins with.
    package func state(of stream: String) -> StreamState {
        self.state.withLock { state in
            state.file.streams[stream] ?? state.file.floor
        }
    }

    /// Takes a stream's snapshots, as they come. Never waits; what is new is saved within seconds, a new stream at
    /// once.
    package func take(_ snapshot: StreamSnapshot?, of stream: String) {
        guard let snapshot else { return }
        let isUrgent = self.state.withLock { state in
            let known = state.file.streams[stream] ?? StreamState()
            let now = known.raised(to: StreamState(after: snapshot))
            let isNew = state.present.insert(stream).inserted
            guard now != known || isNew else { return false }
            state.file.streams[stream] = now
            state.isChanged = true
            if isNew { self.forget(&state) }
            return isNew
        }
        if isUrgent { self.startSaving(.now) }
    }

    /// Every second or so.
    package func maintain(now: MonotonicTime = .now) {
        let isDue = self.state.withLock { $0.isChanged && $0.savedAt + self.limits.saveTime <= now }
        if isDue { self.startSaving(now) }
    }

    /// The process ends by itself, and no stream goes on. Blocks.
    package func close() {
        self.state.withLock { $0.isClosed = true }
        self.save(isClean: true)
    }

    // MARK: - Bounds

    /// Names that this process has not seen go first; what they had, all unknown streams have from then on.
    private func forget(_ state: inout State) {
        while state.file.streams.count > self.limits.streamCountMax {
            guard
                let stream = state.file.streams.keys.first(where: { !state.present.contains($0) })
                    ?? state.file.streams.keys.first
            else { return }
            state.present.remove(stream)
            let gone = state.file.streams.removeValue(forKey: stream) ?? StreamState()
            state.file.floor = state.file.floor.raised(to: gone)
        }
    }

    // MARK: - The file

    private var path: String { self.directory + "/" + Self.fileName }

    /// Nil when there is none, or none that can be believed.
    private func read() -> StreamStateFile? {
        let byteCountMax = (self.limits.streamCountMax + 8) * 1024
        do throws(SystemError) {
            guard try self.disk.names(in: self.directory).contains(Self.fileName) else { return nil }
            let file = try self.disk.open(self.path)
            if let bytes = try self.disk.contents(of: file, byteCountMax: byteCountMax),
                let found = StreamStateFile(bytes)
            {
                return found
            }
            self.log.error("stream numbers damaged", ["file": .text(self.path), "instead": "from the clock"])
        } catch {
            self.log.error(
                "stream numbers unreadable", ["file": .text(self.path), "error": .text(error.description)])
        }
        return nil
    }

    private func startSaving(_ now: MonotonicTime) {
        let isStarting = self.state.withLock { state in
            guard !state.isSaving, !state.isClosed else { return false }
            state.isSaving = true
            return true
        }
        guard isStarting else { return }
        let isQueued = self.pool.submit {
            self.save(isClean: false)
            self.state.withLock { state in
                state.isSaving = false
                state.savedAt = now
            }
        }
        if !isQueued { self.state.withLock { $0.isSaving = false } }
    }

    /// Beside the file, and then in its place: a file that is torn is never read.
    private func save(isClean: Bool) {
        self.file.withLock { _ in
            let file = self.state.withLock { state -> StreamStateFile? in
                if state.isClosed, !isClean { return nil }
                state.isChanged = false
                state.file.isClean = isClean
                return state.file
            }
            // Loops wait for the state, not for thousands of lines.
            if let file { self.write(file.text()) }
        }
    }

    private func write(_ text: [UInt8]) {
        do throws(SystemError) {
            let new = self.path + ".new"
            let descriptor = try self.disk.create(new)
            try self.disk.truncate(descriptor, to: 0)
            try self.disk.writeAll(text, to: descriptor, at: 0)
            try self.disk.sync(descriptor)
            try self.disk.rename(new, to: self.path)
            try self.disk.syncDirectory(self.directory)
            self.state.withLock { $0.hasFailed = false }
        } catch {
            let isFirst = self.state.withLock { state in
                defer { state.hasFailed = true }
                state.isChanged = true
                return !state.hasFailed
            }
            guard isFirst else { return }
            self.log.error("stream numbers not saved", ["file": .text(self.path), "error": .text(error.description)])
        }
    }
}
