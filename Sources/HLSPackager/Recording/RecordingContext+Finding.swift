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
    func findAll(notBefore now: WallClock) throws(SystemError) -> [InterruptedShow] {
        var interrupted: [InterruptedShow] = []
        for name in try self.streamFolders().sorted() {
            let folder = self.directory + "/" + name
            let names: [String]
            do throws(SystemError) { names = try self.disk.names(in: folder) } catch {
                self.tell(unreadable: folder, error.description)
                continue
            }
            var open: [InterruptedShow] = []
            for number in names.compactMap({ MediaName.number(Array($0.utf8)[...]) }).sorted() {
                self.catalog.withLock { $0.note(number: number, in: name) }
                guard let stored = self.find(folder + "/\(number)") else { continue }
                self.add(stored, number: number)
                if !stored.show.index.hasEnded { open.append(InterruptedShow(stored: stored, number: number)) }
            }
            if let last = open.last, self.mayGoOn(last.stored, now) { interrupted.append(open.removeLast()) }
            for show in open { self.end(show) }
        }
        return interrupted
    }

    private func streamFolders() throws(SystemError) -> [String] {
        do throws(SystemError) { return try self.disk.names(in: self.directory) } catch {
            try self.disk.makeDirectory(self.directory)
            return try self.disk.names(in: self.directory)
        }
    }

    /// A show that is to be had again; nil if it cannot be read any more.
    func load(_ folder: String) -> RecordedShow? {
        guard let stored = self.find(folder) else { return nil }
        stored.show.renderWanted(since: MonotonicTime(nanoseconds: .max))
        return stored.show
    }

    private func mayGoOn(_ stored: StoredShow, _ now: WallClock) -> Bool {
        let index = stored.show.index
        guard index.targetDurationSeconds == self.targetDurationSeconds, let end = index.latestEnd else { return false }
        return now.unixMilliseconds - end.unixMilliseconds <= self.limits.resumeTimeMax.milliseconds
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
