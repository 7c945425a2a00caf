internal import Primitives
internal import Reactor

/// A show on the disk with its files open, as it is found or made.
struct StoredShow: Sendable {
    let folder: String
    let show: RecordedShow
    let media: OwnedDescriptor
    let journal: OwnedDescriptor
    /// Of the journal, as far as it can be believed.
    let journalByteCount: Int
    let sum: JournalSum

    /// Of both files.
    var byteCount: Int { self.show.index.mediaByteCount + self.journalByteCount }

    /// Makes the folder of a new show, with the first line of its journal.
    static func make(
        in folder: String, stream: String, targetDurationSeconds: Int, disk: any RecordingDisk, limits: RecordingLimits
    ) throws(SystemError) -> StoredShow {
        do throws(SystemError) {
            try disk.makeDirectory(folder)
            let media = try disk.create(folder + "/" + ShowWriter.mediaName)
            // Nothing but a whole first line ever bears the journal's name.
            let newName = folder + "/" + ShowWriter.journalName + ".new"
            let journal = try disk.create(newName)
            var (line, sum) = ([UInt8](), JournalSum())
            JournalEntry.show(stream: stream, targetDurationSeconds: targetDurationSeconds)
                .append(to: &line, sum: &sum)
            try disk.writeAll(line, to: journal, at: 0)
            try disk.sync(journal)
            try disk.rename(newName, to: folder + "/" + ShowWriter.journalName)
            try disk.syncDirectory(folder)
            try disk.syncDirectory(Self.parent(of: folder))
            let index = ShowIndex(stream: stream, targetDurationSeconds: targetDurationSeconds, limits: limits)
            return StoredShow(
                folder: folder, show: RecordedShow(index, media: media), media: media, journal: journal,
                journalByteCount: line.count, sum: sum)
        } catch {
            // What is left is found and removed at the next start.
            try? Self.remove(folder, disk: disk)
            throw error
        }
    }

    /// Reads what is in a show's folder; nil if that is no show.
    ///
    /// - Parameter isToGoOn: As one that has not ended.
    static func open(
        _ folder: String, isToGoOn: Bool = false, disk: any RecordingDisk, limits: RecordingLimits
    ) throws(SystemError) -> StoredShow? {
        let names = try disk.names(in: folder)
        guard names.contains(ShowWriter.mediaName), names.contains(ShowWriter.journalName) else { return nil }
        let media = try disk.open(folder + "/" + ShowWriter.mediaName)
        let journal = try disk.open(folder + "/" + ShowWriter.journalName)
        guard let bytes = try disk.contents(of: journal, byteCountMax: limits.journalByteCountMax) else { return nil }
        let reader = JournalReader(
            bytes, mediaByteCount: try disk.byteCount(of: media), isToGoOn: isToGoOn, limits: limits)
        guard let index = reader.index else { return nil }
        return StoredShow(
            folder: folder, show: RecordedShow(index, media: media), media: media, journal: journal,
            journalByteCount: reader.byteCount, sum: reader.sum)
    }

    /// Whether a folder that is no show holds nothing but what was left while one was made or deleted: no journal, or
    /// one that was not written yet.
    static func isEmpty(_ folder: String, disk: any RecordingDisk) throws(SystemError) -> Bool {
        guard try disk.names(in: folder).contains(ShowWriter.journalName) else { return true }
        return try disk.byteCount(of: try disk.open(folder + "/" + ShowWriter.journalName)) == 0
    }

    /// The journal goes first: without it nothing else is a show. Readers of the open media file are not disturbed.
    static func remove(_ folder: String, disk: any RecordingDisk) throws(SystemError) {
        try disk.remove(folder + "/" + ShowWriter.journalName)
        try disk.remove(folder + "/" + ShowWriter.journalName + ".new")
        try disk.remove(folder + "/" + ShowWriter.mediaName)
        try disk.removeDirectory(folder)
    }

    static func parent(of folder: String) -> String {
        folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? "."
    }
}
