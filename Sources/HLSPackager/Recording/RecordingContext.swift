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
            stored = try StoredShow.make(
                in: folder + "/\(number)", stream: stream, targetDurationSeconds: self.targetDurationSeconds,
                disk: self.disk, limits: self.limits)
        } catch { throw .disk(error) }
        self.add(stored, number: number)
        return (stored, number)
    }

    func add(_ stored: StoredShow, number: Int) {
        let index = stored.show.index
        var entry = RecordingCatalog.Entry(
            stream: index.stream, number: number, folder: stored.folder, show: stored.show,
            isFinished: index.hasEnded, byteCount: 0)
        entry.note(index, byteCount: stored.byteCount)
        self.catalog.withLock { [entry] catalog in
            catalog.add(entry)
            catalog.unload()
        }
    }

    /// A show has grown.
    func note(_ writer: ShowWriter, _ number: Int) {
        let (index, byteCount) = (writer.show.index, writer.byteCount)
        self.catalog.withLock { catalog in
            catalog.change(index.stream, number) { $0.note(index, byteCount: byteCount) }
        }
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
        self.catalog.withLock { catalog in
            catalog.change(index.stream, number) { entry in
                entry.isFinished = true
                entry.usedAt = .now
            }
            catalog.unload()
        }
        self.log.info(
            "recording finished",
            ["stream": .text(index.stream), "show": .number(number), "bytes": .number(writer.byteCount)])
        _ = self.makeRoom(0)
    }

    // MARK: - Room

    /// Deletes old shows so that as much more fits in; false when it does not even then.
    func makeRoom(_ byteCount: Int) -> Bool {
        let gone = self.catalog.withLock { catalog in
            let gone = catalog.excess(room: byteCount)
            for entry in gone { catalog.remove(entry.stream, entry.number) }
            return gone
        }
        for entry in gone {
            self.delete(entry.folder)
            self.log.info(
                "recording deleted",
                ["stream": .text(entry.stream), "show": .number(entry.number), "bytes": .number(entry.byteCount)])
        }
        return self.catalog.withLock { $0.byteCount } + byteCount <= self.limits.byteCountMax
    }

    private func delete(_ folder: String) {
        do throws(SystemError) { try StoredShow.remove(folder, disk: self.disk) } catch {
            self.log.warning(
                "recording not deleted", ["folder": .text(folder), "error": .text(error.description)])
        }
    }
}
