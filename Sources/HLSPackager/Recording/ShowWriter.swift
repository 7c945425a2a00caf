internal import MediaTypes
internal import Primitives
internal import Reactor

/// Writes one show: its media file and its journal, in a folder of its own. Touched by one job of the pool at a time.
///
/// Media first, until the disk has it; then the journal's lines that say so; only then playlists. A batch that fails
/// leaves both files as they were, and its segments become gaps, which the journal gets with the next batch that works.
final class ShowWriter: @unchecked Sendable {
    // SAFETY: its stream's recorder runs one job at a time, and hands the writer from one to the next under its lock.
    static let mediaName = "media"
    static let journalName = "journal"

    let show: RecordedShow
    let folder: String
    private let disk: any RecordingDisk
    private let limits: RecordingLimits
    private let media: OwnedDescriptor
    private let journal: OwnedDescriptor
    private var mediaByteCount: Int
    private var journalByteCount: Int
    private var sum: JournalSum
    /// The disk may have more of the journal than was believed or committed.
    private var isJournalInDoubt = false
    private var told: Told
    /// What the journal has still to be told of.
    private var gaps: [JournalEntry] = []

    /// Goes on with a show that is there, behind what its journal says.
    init(_ stored: StoredShow, disk: any RecordingDisk, limits: RecordingLimits) {
        self.disk = disk
        self.limits = limits
        self.folder = stored.folder
        self.show = stored.show
        self.media = stored.media
        self.journal = stored.journal
        self.mediaByteCount = stored.show.index.mediaByteCount
        self.journalByteCount = stored.journalByteCount
        self.sum = stored.sum
        self.told = Told(stored.show.index)
    }

    /// Cuts off what an earlier process could not finish.
    func cutLeftovers() {
        self.cutMedia()
        self.isJournalInDoubt = true
    }

    /// Of both files.
    var byteCount: Int { self.mediaByteCount + self.journalByteCount }

    /// Gaps that the journal has not been told of.
    var lostCount: Int { self.gaps.count }

    /// Takes segments that cannot be written now.
    func lose(_ items: [RecordingItem]) { self.gaps += items.map { Self.gap($0) } }

    /// Writes the segments, in order. What the disk does not take becomes gaps, beginning with the first it refuses.
    ///
    /// - Returns: How many segments are recorded, with their media.
    func write(_ items: [RecordingItem], syncTimes: (TimeAmount) -> Void) -> (recorded: Int, failure: RecordingFailure?)
    {
        var batch = Batch(told: self.told, end: self.mediaByteCount, entries: self.gaps)
        var failure: RecordingFailure?
        var taken = 0
        do throws(SystemError) {
            try self.settleJournal()
            for item in items {
                try self.stage(item, &batch)
                taken += 1
            }
        } catch { failure = .disk(error) }
        do throws(RecordingFailure) {
            // With nothing to say the disk would be asked in vain, and seem to work.
            if taken > 0 || failure == nil { try self.commit(batch, syncTimes) }
        } catch {
            failure = error
            taken = 0
        }
        if failure != nil { self.cutMedia() }
        if taken > 0 { self.gaps = [] }
        self.lose(Array(items[taken...]))
        return (taken > 0 ? batch.recordedCount : 0, failure)
    }

    /// The last line.
    func end(syncTimes: (TimeAmount) -> Void) -> RecordingFailure? {
        // Gaps at the end are nothing that anybody could miss.
        let batch = Batch(told: self.told, end: self.mediaByteCount, entries: [.end])
        do throws(RecordingFailure) { try self.commit(batch, syncTimes) } catch {
            self.show.endAnyway()
            return error
        }
        return nil
    }

    // MARK: - One batch

    private struct Batch {
        var told: Told
        /// Of the media file.
        var end: Int
        var entries: [JournalEntry]
        var hasMedia = false
        var recordedCount = 0

        mutating func tell(_ entry: JournalEntry) {
            self.told.add(entry)
            self.entries.append(entry)
        }
    }

    /// What the journal does not have to be told again.
    private struct Told {
        var tracks: [RenditionID: [TrackFormat]] = [:]
        var initialisations: [RenditionID: Set<Int>] = [:]
        var keys: Set<Int>

        init(_ index: ShowIndex) {
            self.keys = Set(index.keys.keys)
            for rendition in index.renditions {
                self.tracks[rendition.id] = rendition.tracks
                self.initialisations[rendition.id] = Set(rendition.initialisations.map(\.number))
            }
        }

        mutating func add(_ entry: JournalEntry) {
            switch entry {
            case .tracks(let id, let formats): self.tracks[id] = formats
            case .initialisation(let id, let number, _): self.initialisations[id, default: []].insert(number)
            case .key(let number, _): self.keys.insert(number)
            case .show, .segment, .end: break
            }
        }
    }

    /// Writes the segment's media behind what is there, with all that the show has not been told of before it.
    private func stage(_ item: RecordingItem, _ batch: inout Batch) throws(SystemError) {
        guard let media = item.media else {
            batch.tell(Self.gap(item))
            return
        }
        if batch.told.tracks[item.id] != item.formats { batch.tell(.tracks(item.id, item.formats)) }
        let number = item.segment.initialisationNumber
        if batch.told.initialisations[item.id]?.contains(number) != true {
            guard let initialisation = item.initialisation else {
                batch.tell(Self.gap(item))
                return
            }
            let range = try self.append(initialisation.unsafeBytes, &batch)
            batch.tell(.initialisation(item.id, number: number, range))
        }
        if let number = item.segment.encryption?.keyNumber, let key = item.key, !batch.told.keys.contains(number) {
            batch.tell(.key(number: number, key.copyBytes()))
        }
        var segment = item.segment
        segment.range = try self.append(media.unsafeBytes, &batch)
        batch.tell(.segment(item.id, segment))
        batch.recordedCount += 1
    }

    private func append(_ bytes: UnsafeRawBufferPointer, _ batch: inout Batch) throws(SystemError) -> Range<Int> {
        try self.disk.writeAll(bytes, to: self.media, at: batch.end)
        let range = batch.end..<batch.end + bytes.count
        batch.end = range.upperBound
        batch.hasMedia = true
        return range
    }

    private func commit(_ batch: Batch, _ syncTimes: (TimeAmount) -> Void) throws(RecordingFailure) {
        var (lines, sum) = ([UInt8](), self.sum)
        for entry in batch.entries { entry.append(to: &lines, sum: &sum) }
        guard self.journalByteCount + lines.count <= self.limits.journalByteCountMax,
            self.show.hasRoom(for: batch.entries)
        else { throw .journalFull }
        do throws(SystemError) {
            try self.settleJournal()
            if batch.hasMedia { try self.sync(self.media, syncTimes) }
            self.isJournalInDoubt = true
            try self.disk.writeAll(lines, to: self.journal, at: self.journalByteCount)
            try self.sync(self.journal, syncTimes)
            self.isJournalInDoubt = false
        } catch {
            // The lines may be there or not. Not possible: it is done before the disk gets anything else.
            try? self.disk.truncate(self.journal, to: self.journalByteCount)
            throw .disk(error)
        }
        self.journalByteCount += lines.count
        self.sum = sum
        self.mediaByteCount = batch.end
        self.told = batch.told
        guard self.show.apply(batch.entries) else { throw .contradiction }
    }

    /// Cuts off lines that the disk may have and nobody may find, for good. Before anything is written: they name media
    /// that the next batch overwrites, and their sums are right.
    private func settleJournal() throws(SystemError) {
        guard self.isJournalInDoubt else { return }
        try self.disk.truncate(self.journal, to: self.journalByteCount)
        try self.disk.sync(self.journal)
        self.isJournalInDoubt = false
    }

    private func sync(_ file: OwnedDescriptor, _ syncTimes: (TimeAmount) -> Void) throws(SystemError) {
        let start = MonotonicTime.now
        defer { syncTimes(MonotonicTime.now - start) }
        try self.disk.sync(file)
    }

    /// Gives the space of what failed back, for the live stream's sake.
    private func cutMedia() {
        // Not possible: then the next batch overwrites it.
        try? self.disk.truncate(self.media, to: self.mediaByteCount)
    }

    private static func gap(_ item: RecordingItem) -> JournalEntry {
        var segment = item.segment
        segment.range = nil
        segment.isIndependent = false
        segment.encryption = nil
        return .segment(item.id, segment)
    }
}
