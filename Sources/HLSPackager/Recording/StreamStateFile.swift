internal import Primitives

/// The numbers of all streams as a file, a value: `podo-streams 1 running`, a line for each stream, and a sum over all.
///
/// `clean` in the first line says that the process that wrote it ended by itself, with nothing left unsaved. A file
/// that says `running` was left by one that did not, and is a little behind.
struct StreamStateFile: Equatable, Sendable {
    var isClean: Bool
    /// What every stream that is not named has at least.
    var floor = StreamState()
    var streams: [String: StreamState] = [:]

    func text() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append("podo-streams 1 ")
        bytes.append(self.isClean ? "clean\n" : "running\n")
        bytes.append("others")
        Self.append(self.floor, to: &bytes)
        for (stream, state) in self.streams.sorted(by: { $0.key < $1.key }) {
            bytes.append("stream ")
            JournalWord.append(name: stream, to: &bytes)
            Self.append(state, to: &bytes)
        }
        var sum = JournalSum()
        sum.add(bytes)
        bytes.append("sum ")
        HexText.append(sum.value, to: &bytes)
        bytes.append("\n")
        return bytes
    }

    private static func append(_ state: StreamState, to bytes: inout [UInt8]) {
        bytes.append(word: state.nextSequence)
        bytes.append(word: state.nextInitialisation)
        bytes.append(word: state.discontinuityCount)
        bytes.append(word: state.nextKey)
        if let zeroAt = state.zeroAt { bytes.append(word: Int(zeroAt.unixMilliseconds)) }
        bytes.append("\n")
    }

    init(isClean: Bool) { self.isClean = isClean }

    /// Nil when anything in it is not as it was written.
    init?(_ text: [UInt8]) {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count >= 4, lines[lines.count - 1].isEmpty else { return nil }
        let last = lines[lines.count - 2]
        var sum = JournalSum()
        sum.add(text[..<last.startIndex])
        var words = JournalWords(last)
        guard let word = words.next(), MediaName.equals(word, "sum"),
            words.next().flatMap({ HexText.parse($0) }) == sum.value, words.isAtEnd
        else { return nil }
        if MediaName.equals(lines[0], "podo-streams 1 clean") {
            self.isClean = true
        } else if MediaName.equals(lines[0], "podo-streams 1 running") {
            self.isClean = false
        } else {
            return nil
        }
        for line in lines[1..<(lines.count - 2)] where !self.take(line) { return nil }
    }

    private mutating func take(_ line: ArraySlice<UInt8>) -> Bool {
        var words = JournalWords(line)
        guard let kind = words.next() else { return false }
        var name: String?
        if MediaName.equals(kind, "stream") {
            name = words.name()
            guard name != nil else { return false }
        } else if !MediaName.equals(kind, "others") {
            return false
        }
        guard let sequence = words.number(), let initialisation = words.number(), let discontinuity = words.number(),
            let key = words.number()
        else { return false }
        var state = StreamState(
            nextSequence: sequence, nextInitialisation: initialisation, discontinuityCount: discontinuity,
            nextKey: key)
        if !words.isAtEnd {
            guard let zeroAt = words.number() else { return false }
            state.zeroAt = WallClock(unixMilliseconds: Int64(zeroAt))
        }
        guard words.isAtEnd, state.isPossible else { return false }
        if let name { self.streams[name] = state } else { self.floor = state }
        return true
    }
}

extension StreamState {
    /// The larger of both, number by number, and the time that began earlier.
    package func raised(to other: StreamState) -> StreamState {
        StreamState(
            nextSequence: max(self.nextSequence, other.nextSequence),
            nextInitialisation: max(self.nextInitialisation, other.nextInitialisation),
            discontinuityCount: max(self.discontinuityCount, other.discontinuityCount),
            nextKey: max(self.nextKey, other.nextKey),
            zeroAt: self.zeroAt.map { min($0, other.zeroAt ?? $0) } ?? other.zeroAt)
    }

    /// What the stream of this snapshot has used up.
    init(after snapshot: StreamSnapshot) {
        self.init(nextKey: (snapshot.keys.last?.number ?? -1) &+ 1, zeroAt: snapshot.zeroAt)
        for rendition in snapshot.renditions.map(\.snapshot) {
            let discontinuities = rendition.segments.reduce(0) { $0 + $1.discontinuityCount }
            self = self.raised(
                to: StreamState(
                    nextSequence: rendition.nextSequence,
                    nextInitialisation: (rendition.initialisations.last?.number ?? -1) &+ 1,
                    discontinuityCount: rendition.discontinuitySequence &+ discontinuities))
        }
    }

    /// Numbers that no process before can have reached, since nothing else is known of a stream whose numbers were
    /// lost: a segment for every quarter of a second since 2025, an initialisation section and a key for every second,
    /// a discontinuity for every ten seconds. No stream makes as many for long.
    init(beyondAllBefore now: WallClock) {
        let time = Int(max(now.unixMilliseconds &- 1_735_689_600_000, 0))
        self.init(
            nextSequence: time / 250, nextInitialisation: time / 1000, discontinuityCount: time / 10_000,
            nextKey: time / 1000)
    }
}
