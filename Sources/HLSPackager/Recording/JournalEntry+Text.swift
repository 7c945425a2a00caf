internal import MediaTypes
internal import Primitives

extension JournalEntry {
    /// Appends the line, with its sum and the line break; `sum` is of all lines so far, and takes this one in.
    func append(to bytes: inout [UInt8], sum: inout JournalSum) {
        let start = bytes.count
        self.appendWords(to: &bytes)
        sum.add(bytes[start...])
        bytes.append(UInt8(ascii: " "))
        HexText.append(sum.value, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    private func appendWords(to bytes: inout [UInt8]) {
        switch self {
        case .show(let stream, let seconds):
            bytes.append("show ")
            JournalWord.append(name: stream, to: &bytes)
            bytes.append(word: seconds)
        case .tracks(let id, let formats):
            bytes.append("tracks ")
            id.append(to: &bytes)
            for format in formats { format.append(to: &bytes) }
        case .initialisation(let id, let number, let range):
            bytes.append("init ")
            id.append(to: &bytes)
            bytes.append(word: number)
            bytes.append(word: range.lowerBound)
            bytes.append(word: range.count)
        case .segment(let id, let segment): Self.append(segment, of: id, to: &bytes)
        case .key(let number, let key):
            bytes.append("key")
            bytes.append(word: number)
            bytes.append(hex: key)
        case .end: bytes.append("end")
        }
    }

    private static func append(_ segment: RecordedSegment, of id: RenditionID, to bytes: inout [UInt8]) {
        bytes.append(segment.range == nil ? "gap " : "media ")
        id.append(to: &bytes)
        bytes.append(word: segment.sequence)
        if let range = segment.range {
            bytes.append(word: range.lowerBound)
            bytes.append(word: range.count)
        }
        // There are no signs in a journal: a clock before 1970 is wrong anyway.
        bytes.append(word: Int(max(segment.durationNanoseconds, 0)))
        bytes.append(word: Int(max(segment.startsAt.unixMilliseconds, 0)))
        bytes.append(word: segment.discontinuity)
        bytes.append(word: segment.initialisationNumber)
        guard segment.range != nil else { return }
        bytes.append(word: segment.pictureCount)
        bytes.append(word: Int(segment.pictureNanoseconds))
        bytes.append(segment.isIndependent ? " independent" : " dependent")
        if let encryption = segment.encryption {
            bytes.append(word: encryption.keyNumber)
            bytes.append(hex: encryption.initialisationVector)
        }
    }
}

extension TrackFormat {
    fileprivate func append(to bytes: inout [UInt8]) {
        switch self {
        case .video(let format):
            bytes.append(" video ")
            bytes.append(JournalWord.videoCodecs.first { $0.codec == format.codec }?.word ?? "")
            bytes.append(hex: format.configuration)
            bytes.append(word: format.width)
            bytes.append(word: format.height)
            let color = format.color ?? VideoColor()
            bytes.append(word: color.bitDepth.map(Int.init))
            bytes.append(word: color.primaries.map(Int.init))
            bytes.append(word: color.transfer.map(Int.init))
            bytes.append(word: color.matrix.map(Int.init))
            bytes.append(word: color.isFullRange.map { $0 ? 1 : 0 })
            bytes.append(word: color.lightLevelMax.map(Int.init))
            bytes.append(word: color.frameAverageLightLevelMax.map(Int.init))
        case .audio(let format):
            bytes.append(" audio ")
            bytes.append(JournalWord.audioCodecs.first { $0.codec == format.codec }?.word ?? "")
            bytes.append(hex: format.configuration)
            bytes.append(word: format.sampleRate)
            bytes.append(word: format.channelCount)
            bytes.append(word: format.samplesPerUnit)
        }
    }
}

/// What words are made of.
enum JournalWord {
    static let videoCodecs: [(codec: VideoCodec, word: StaticString)] = [
        (.h264, "h264"), (.hevc, "hevc"), (.av1, "av1"), (.vp9, "vp9"),
    ]
    static let audioCodecs: [(codec: AudioCodec, word: StaticString)] = [
        (.aac, "aac"), (.mp3, "mp3"), (.opus, "opus"), (.ac3, "ac3"), (.eac3, "eac3"), (.flac, "flac"),
    ]

    /// Small letters, digits, `-` and `_` as they are, everything else as `=` and two digits: without spaces, and good
    /// for the name of a file.
    static func append(name: String, to bytes: inout [UInt8]) {
        for byte in name.utf8 {
            if self.isPlain(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "="))
                HexText.append(UInt64(byte), digitCount: 2, to: &bytes)
            }
        }
    }

    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension [UInt8] {
    /// A number after a space; `-` where there is none.
    mutating func append(word number: Int?) {
        self.append(UInt8(ascii: " "))
        if let number { self.append(decimal: Swift.max(number, 0)) } else { self.append(UInt8(ascii: "-")) }
    }

    /// Bytes after a space; `-` where there are none.
    mutating func append(hex bytes: [UInt8]) {
        self.append(UInt8(ascii: " "))
        if bytes.isEmpty { self.append(UInt8(ascii: "-")) }
        for byte in bytes { HexText.append(UInt64(byte), digitCount: 2, to: &self) }
    }
}
