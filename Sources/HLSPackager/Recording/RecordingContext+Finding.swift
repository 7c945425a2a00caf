internal import Glibc
internal import Observability
internal import Primitives
internal import Reactor
internal import Synchronization

/// A show that the process before this one did not finish.
struct InterruptedShow: Sendable {
    var stored: StoredShow
    var number: Int
}

extension RecordingContext {
    /// Reads what is in the directory, which is made if it is missing. Ends shows that nobody can go on with, removes
    /// what is no show, and returns those that may go on, one of a stream at most.
    func findAll(
        now: WallClock, resumeTime: (_ stream: String) -> TimeAmount
    ) throws(SystemError) -> [InterruptedShow] {
        var interrupted: [InterruptedShow] = []
        for name in try self.streamFolders().sorted() {
            let folder = self.directory + "/" + name
            let names: [String]
            do throws(SystemError) { names = try self.disk.names(in: folder) } catch {
                self.tell(unreadable: folder, error.description)
                continue
            }
            var (open, latest): ([InterruptedShow], Int?) = ([], nil)
            for number in names.compactMap({ MediaName.number(Array($0.utf8)[...]) }).sorted() {
                self.catalog.withLock { $0.note(number: number, in: name) }
                guard let stored = self.find(folder + "/\(number)") else { continue }
                self.add(stored, number: number)
                latest = number
                if !stored.show.index.hasEnded { open.append(InterruptedShow(stored: stored, number: number)) }
            }
            // One that others came after is over, whatever its journal says.
            if let last = open.last, last.number == latest, self.mayGoOn(last.stored, now, resumeTime) {
                interrupted.append(open.removeLast())
            }
            for show in open { self.end(show) }
        }
        return interrupted
    }

    private func streamFolders() throws(SystemError) -> [String] {
        do throws(SystemError) { return try self.disk.names(in: self.directory) } catch {
            try self.disk.makeDirectory(self.directory)
            try self.disk.syncDirectory(StoredShow.parent(of: self.directory))
            return try self.disk.names(in: self.directory)
        }
    }

    /// Reads a show that is to be had again.
    func load(_ folder: String) -> Loaded {
        do throws(SystemError) {
            guard let stored = try StoredShow.open(folder, disk: self.disk, limits: self.limits) else {
                self.tell(unreadable: folder, "it is not there any more, or damaged")
                return .gone
            }
            stored.show.renderWanted(since: MonotonicTime(nanoseconds: .max))
            return .show(stored.show)
        } catch {
            self.tell(unreadable: folder, error.description)
            return error.code == ENOENT ? .gone : .unreadable
        }
    }

    enum Loaded {
        case show(RecordedShow)
        /// Not now: the process has too many files open, or the disk is in trouble.
        case unreadable
        case gone
    }

    private func mayGoOn(
        _ stored: StoredShow, _ now: WallClock, _ resumeTime: (_ stream: String) -> TimeAmount
    ) -> Bool {
        let index = stored.show.index
        guard index.targetDurationSeconds == self.targetDurationSeconds, let end = index.latestEnd else { return false }
        return now.unixMilliseconds - end.unixMilliseconds <= resumeTime(index.stream).milliseconds
    }

    private func find(_ folder: String) -> StoredShow? {
        do throws(SystemError) {
            if let stored = try StoredShow.open(folder, disk: self.disk, limits: self.limits) { return stored }
            // Nothing was said to be in it: the process ended while it was made, or while it was deleted.
            if try StoredShow.isEmpty(folder, disk: self.disk) {
                try StoredShow.remove(folder, disk: self.disk)
            } else {
                self.tell(unreadable: folder, "the beginning of its journal is damaged")
            }
        } catch { self.tell(unreadable: folder, error.description) }
        return nil
    }

    private func end(_ show: InterruptedShow) {
        let writer = ShowWriter(show.stored, disk: self.disk, limits: self.limits)
        writer.cutLeftovers()
        if writer.show.index.hasMedia, let failure = writer.end(syncTimes: { self.counts.synced(in: $0) }) {
            self.tell(unreadable: writer.folder, failure.explanation)
        }
        self.finish(writer, show.number)
    }

    private func tell(unreadable folder: String, _ error: String) {
        self.log.error("recording unreadable", ["folder": .text(folder), "error": .text(error)])
    }
}
