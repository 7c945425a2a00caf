internal import Observability
internal import Primitives
internal import Reactor
internal import Synchronization

/// What the recorders of all streams share: the disk, what is on it, and the bounds of it.
final class RecordingContext: Sendable {
    let directory: String
    let targetDurationSeconds: Int
    let disk: any RecordingDisk
    let limits: RecordingLimits
    let log: Log
    let counts = RecordingCounts()
    let catalog: Mutex<RecordingCatalog>
    /// Media files of deleted shows. Whoever closes one last gives all of its space back, which keeps a file system
    /// busy: that must not be the loop on which its last reader was.
    private let deleted = Mutex<[OwnedDescriptor]>([])

    init(
        directory: String, targetDurationSeconds: Int, disk: any RecordingDisk, limits: RecordingLimits, log: Log
    ) {
        self.directory = directory
        self.targetDurationSeconds = targetDurationSeconds
        self.disk = disk
        self.limits = limits
        self.log = log
        self.catalog = Mutex(RecordingCatalog(limits: limits))
    }

    /// The folder of a stream's shows, below the directory. Names that are too long for one end with a sum; which
    /// stream it is, the journals say.
    static func folderName(of stream: String) -> String {
        var bytes: [UInt8] = []
        JournalWord.append(name: stream, to: &bytes)
        if bytes.count > Self.folderNameByteCountMax {
            var sum = JournalSum()
            sum.add(stream.utf8)
            bytes.removeLast(bytes.count - (Self.folderNameByteCountMax - 18))
            bytes.append("==")
            HexText.append(sum.value, to: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let folderNameByteCountMax = 200

    // MARK: - Shows

    /// Makes the folder and the files of a stream's next show.
    func begin(_ stream: String) throws(RecordingFailure) -> (stored: StoredShow, number: Int) {
        let name = Self.folderName(of: stream)
        guard let number = self.catalog.withLock({ $0.takeNumber(of: stream, in: name) }) else { throw .quota }
        let folder = self.directory + "/" + name
        let stored: StoredShow
        do throws(SystemError) {
            try self.disk.makeDirectory(folder)
            try self.disk.syncDirectory(self.directory)
            stored = try StoredShow.make(
                in: folder + "/\(number)", stream: stream, targetDurationSeconds: self.targetDurationSeconds,
                disk: self.disk, limits: self.limits)
        } catch { throw .disk(error) }
        self.add(stored, number: number)
        return (stored, number)
    }

    /// Goes on with the last recording of the show that began then, which has ended; nil when there is none, or it
    /// cannot go on.
    ///
    /// - Parameter number: One that cannot, whatever is known of it.
    func reopen(
        _ stream: String, since: WallClock, except number: Int?
    ) -> (stored: StoredShow, number: Int)? {
        guard let entry = self.catalog.withLock({ $0.reopen(stream, since: since, except: number) }) else {
            return nil
        }
        var stored: StoredShow?
        do throws(SystemError) {
            stored = try StoredShow.open(entry.folder, isToGoOn: true, disk: self.disk, limits: self.limits)
        } catch {
            self.log.error(
                "recording unreadable", ["folder": .text(entry.folder), "error": .text(error.description)])
        }
        // Playlists of a show must not change what they promise.
        if stored?.show.index.targetDurationSeconds != self.targetDurationSeconds { stored = nil }
        self.catalog.withLock { catalog in
            catalog.change(stream, entry.number) { known in
                known.isLoading = false
                known.isFinished = stored == nil
                if let stored { known.show = stored.show }
            }
        }
        return stored.map { ($0, entry.number) }
    }

    func add(_ stored: StoredShow, number: Int) {
        let index = stored.show.index
        let entry = RecordingCatalog.Entry(
            stream: index.stream, number: number, folder: stored.folder, show: stored.show,
            isFinished: index.hasEnded, facts: RecordingCatalog.Facts(index, byteCount: stored.byteCount))
        _ = self.catalog.withLock { catalog in
            catalog.add(entry)
            return catalog.unload()
        }
    }

    /// A show has grown.
    func note(_ writer: ShowWriter, _ number: Int) {
        let index = writer.show.index
        let facts = RecordingCatalog.Facts(index, byteCount: writer.byteCount)
        self.catalog.withLock { $0.change(index.stream, number) { $0.facts = facts } }
    }

    /// A show has ended: it can be had as a whole, if there is anything in it.
    func finish(_ writer: ShowWriter, _ number: Int) {
        let index = writer.show.index
        guard index.hasMedia else {
            self.catalog.withLock { $0.remove(index.stream, number) }
            self.delete(writer.folder)
            return
        }
        writer.show.renderWanted(since: MonotonicTime(nanoseconds: .max))
        self.note(writer, number)
        _ = self.catalog.withLock { catalog in
            catalog.change(index.stream, number) { entry in
                entry.isFinished = true
                entry.usedAt = .now
            }
            return catalog.unload()
        }
        self.log.info(
            "recording finished",
            ["stream": .text(index.stream), "show": .number(number), "bytes": .number(writer.byteCount)])
        _ = self.makeRoom(0)
    }

    // MARK: - Room

    /// Deletes old shows so that as much more fits in; false when it does not even then.
    func makeRoom(_ byteCount: Int) -> Bool {
        self.deleteExcess(room: byteCount)
        self.closeDeleted()
        return self.catalog.withLock { $0.byteCount } + byteCount <= self.limits.byteCountMax
    }

    private func deleteExcess(room byteCount: Int) {
        let gone = self.catalog.withLock { catalog in
            let gone = catalog.excess(room: byteCount)
            for entry in gone { catalog.remove(entry.stream, entry.number) }
            return gone
        }
        for entry in gone {
            if let show = entry.show { self.deleted.withLock { $0.append(show.media) } }
            self.delete(entry.folder)
            self.log.info(
                "recording deleted",
                ["stream": .text(entry.stream), "show": .number(entry.number), "bytes": .number(entry.facts.byteCount)])
        }
    }

    var hasDeleted: Bool { self.deleted.withLock { !$0.isEmpty } }

    /// Closes the files of deleted shows that nobody reads any more. On the pool.
    func closeDeleted() {
        _ = self.deleted.withLock { deleted -> [OwnedDescriptor] in
            var closing: [OwnedDescriptor] = []
            for index in deleted.indices.reversed() where isKnownUniquelyReferenced(&deleted[index]) {
                closing.append(deleted.remove(at: index))
            }
            // Too many are read for too long: their last readers close them after all.
            let excess = max(deleted.count - self.limits.deletedShowCountMax, 0)
            closing += deleted.prefix(excess)
            deleted.removeFirst(excess)
            return closing
        }
    }

    private func delete(_ folder: String) {
        do throws(SystemError) { try StoredShow.remove(folder, disk: self.disk) } catch {
            self.log.warning(
                "recording not deleted", ["folder": .text(folder), "error": .text(error.description)])
        }
    }
}
