internal import MediaTypes
internal import Primitives

extension JournalEntry {
    /// The entry that a line says, without its sum; nil for anything else, whatever it is.
    init?(_ line: ArraySlice<UInt8>) {
        var words = JournalWords(line)
        guard let kind = words.next(), let entry = Self.entry(kind, &words), words.next() == nil else { return nil }
        self = entry
    }

    private static func entry(_ kind: ArraySlice<UInt8>, _ words: inout JournalWords) -> JournalEntry? {
        if MediaName.equals(kind, "end") { return .end }
        if MediaName.equals(kind, "show") {
            guard let name = words.name(), let seconds = words.number() else { return nil }
            return .show(stream: name, targetDurationSeconds: seconds)
        }
        if MediaName.equals(kind, "key") {
            guard let number = words.number(), let key = words.bytes() else { return nil }
            return .key(number: number, key)
        }
        guard let id = words.next().flatMap({ RenditionID($0) }) else { return nil }
        if MediaName.equals(kind, "tracks") {
            var formats: [TrackFormat] = []
            while let kind = words.next() {
                guard let format = TrackFormat(kind, &words) else { return nil }
                formats.append(format)
            }
            return .tracks(id, formats)
        }
        if MediaName.equals(kind, "init") {
            guard let number = words.number(), let range = words.range() else { return nil }
            return .initialisation(id, number: number, range)
        }
        if MediaName.equals(kind, "media") { return self.media(&words).map { .segment(id, $0) } }
        if MediaName.equals(kind, "gap") { return self.gap(&words).map { .segment(id, $0) } }
        return nil
    }

    private static func media(_ words: inout JournalWords) -> RecordedSegment? {
        guard let sequence = words.number(), let range = words.range(), var segment = self.times(sequence, &words),
            let pictureCount = words.number(), let pictureTime = words.number(), let flag = words.next()
        else { return nil }
        segment.range = range
        (segment.pictureCount, segment.pictureNanoseconds) = (pictureCount, Int64(pictureTime))
        segment.isIndependent = MediaName.equals(flag, "independent")
        guard segment.isIndependent || MediaName.equals(flag, "dependent") else { return nil }
        guard !words.isAtEnd else { return segment }
        guard let key = words.number(), let vector = words.bytes() else { return nil }
        segment.encryption = RenditionSnapshot.Encryption(keyNumber: key, initialisationVector: vector)
        return segment
    }

    private static func gap(_ words: inout JournalWords) -> RecordedSegment? {
        words.number().flatMap { self.times($0, &words) }
    }

    /// What both kinds of segment end with.
    private static func times(_ sequence: Int, _ words: inout JournalWords) -> RecordedSegment? {
        guard let duration = words.number(), let start = words.number(), let discontinuity = words.number(),
            let initialisation = words.number()
        else { return nil }
        return RecordedSegment(
            sequence: sequence, range: nil, durationNanoseconds: Int64(duration),
            startsAt: WallClock(unixMilliseconds: Int64(start)), discontinuity: discontinuity,
            initialisationNumber: initialisation, isIndependent: false)
    }
}

extension TrackFormat {
    fileprivate init?(_ kind: ArraySlice<UInt8>, _ words: inout JournalWords) {
        guard let codec = words.next(), let configuration = words.bytes() else { return nil }
        if MediaName.equals(kind, "video") {
            guard let known = JournalWord.videoCodecs.first(where: { MediaName.equals(codec, $0.word) }),
                let width = words.number(), let height = words.number(), let color = words.color()
            else { return nil }
            var format = VideoFormat(codec: known.codec, configuration: configuration)
            (format.width, format.height) = (width, height)
            format.color = color == VideoColor() ? nil : color
            self = .video(format)
            return
        }
        guard MediaName.equals(kind, "audio"),
            let known = JournalWord.audioCodecs.first(where: { MediaName.equals(codec, $0.word) }),
            let sampleRate = words.number(), let channelCount = words.number(), let samplesPerUnit = words.number()
        else { return nil }
        var format = AudioFormat(codec: known.codec, configuration: configuration)
        (format.sampleRate, format.channelCount, format.samplesPerUnit) = (sampleRate, channelCount, samplesPerUnit)
        self = .audio(format)
    }
}

/// The words of a line, one after the other.
struct JournalWords {
    private var rest: ArraySlice<UInt8>
    private(set) var isAtEnd: Bool

    init(_ line: ArraySlice<UInt8>) {
        self.rest = line
        self.isAtEnd = line.isEmpty
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard !self.isAtEnd else { return nil }
        guard let space = self.rest.firstIndex(of: UInt8(ascii: " ")) else {
            self.isAtEnd = true
            return self.rest
        }
        defer { self.rest = self.rest[(space + 1)...] }
        return self.rest[..<space]
    }

    mutating func number() -> Int? { self.next().flatMap(MediaName.number) }

    mutating func range() -> Range<Int>? {
        guard let offset = self.number(), let count = self.number() else { return nil }
        let (end, overflowed) = offset.addingReportingOverflow(count)
        return overflowed ? nil : offset..<end
    }

    mutating func bytes() -> [UInt8]? {
        guard let word = self.next() else { return nil }
        if MediaName.equals(word, "-") { return [] }
        guard !word.isEmpty, word.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(word.count / 2)
        for index in stride(from: word.startIndex, to: word.endIndex, by: 2) {
            guard let byte = HexText.parse(word[index..<index + 2]) else { return nil }
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
        return bytes
    }

    /// A name as `JournalWord.append` spells it.
    mutating func name() -> String? {
        guard var word = self.next() else { return nil }
        var bytes: [UInt8] = []
        while let byte = word.popFirst() {
            if JournalWord.isPlain(byte) {
                bytes.append(byte)
            } else {
                guard byte == UInt8(ascii: "="), word.count >= 2, let value = HexText.parse(word.prefix(2)) else {
                    return nil
                }
                bytes.append(UInt8(truncatingIfNeeded: value))
                word = word.dropFirst(2)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Nil where a word is missing or no such number.
    mutating func color() -> VideoColor? {
        var color = VideoColor()
        guard let depth = self.small(), let primaries = self.small(), let transfer = self.small(),
            let matrix = self.small(), let isFullRange = self.small(), let light = self.small(),
            let average = self.small()
        else { return nil }
        color.bitDepth = depth.map(UInt8.init(truncatingIfNeeded:))
        color.primaries = primaries.map(UInt8.init(truncatingIfNeeded:))
        color.transfer = transfer.map(UInt8.init(truncatingIfNeeded:))
        color.matrix = matrix.map(UInt8.init(truncatingIfNeeded:))
        color.isFullRange = isFullRange.map { $0 != 0 }
        color.lightLevelMax = light
        color.frameAverageLightLevelMax = average
        return color
    }

    /// A number of sixteen bits, or none where there is `-`; nil for anything else.
    private mutating func small() -> UInt16?? {
        guard let word = self.next() else { return nil }
        if MediaName.equals(word, "-") { return .some(nil) }
        guard let number = MediaName.number(word).flatMap(UInt16.init(exactly:)) else { return nil }
        return .some(number)
    }
}
