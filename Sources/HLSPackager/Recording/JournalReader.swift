internal import Primitives

/// What a journal says, as far as it can be believed: up to the first line that is torn, changed or out of place.
struct JournalReader {
    /// What the lines say; nil when not even the first one can be believed.
    private(set) var index: ShowIndex?
    /// Where the next line goes: everything behind it is to be overwritten.
    private(set) var byteCount = 0
    private(set) var sum = JournalSum()
    /// Whether there is something behind it.
    private(set) var isTorn = false

    /// - Parameters:
    ///   - mediaByteCount: Of the media file: what should lie behind its end was never there.
    ///   - isToGoOn: The show goes on: that it has ended is not read, and is overwritten by what follows.
    init(_ journal: [UInt8], mediaByteCount: Int, isToGoOn: Bool = false, limits: RecordingLimits) {
        var rest = journal[...]
        while let lineBreak = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let sum = self.sum
            guard let entry = self.entry(rest[..<lineBreak]) else { break }
            if isToGoOn, case .end = entry {
                self.sum = sum
                break
            }
            guard self.take(entry, mediaByteCount, limits) else { break }
            rest = rest[(lineBreak + 1)...]
            self.byteCount = rest.startIndex
        }
        self.isTorn = self.byteCount < journal.count
    }

    /// The entry of a line whose sum is right.
    private mutating func entry(_ line: ArraySlice<UInt8>) -> JournalEntry? {
        guard let space = line.lastIndex(of: UInt8(ascii: " ")), let claim = HexText.parse(line[(space + 1)...]) else {
            return nil
        }
        var sum = self.sum
        sum.add(line[..<space])
        guard sum.value == claim, let entry = JournalEntry(line[..<space]) else { return nil }
        self.sum = sum
        return entry
    }

    /// False when the entry contradicts those before it. The sum has then taken it in, and nothing more is read.
    private mutating func take(_ entry: JournalEntry, _ mediaByteCount: Int, _ limits: RecordingLimits) -> Bool {
        if case .show(let stream, let seconds) = entry {
            guard self.index == nil, seconds > 0, seconds < 1_000_000 else { return false }
            self.index = ShowIndex(stream: stream, targetDurationSeconds: seconds, limits: limits)
            return true
        }
        guard var index = self.index.take() else { return false }
        defer { self.index = index }
        guard index.mediaEnd(after: entry) <= mediaByteCount else { return false }
        return index.apply(entry)
    }
}
