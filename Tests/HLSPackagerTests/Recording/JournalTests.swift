import MediaTypes
import Primitives
import TestSupport
import Testing

@testable import HLSPackager

@Suite("Recording: journal")
struct JournalTests {
    static let video: TrackFormat = {
        var format = VideoFormat(codec: .hevc, configuration: [1, 2, 0xff])
        (format.width, format.height) = (1920, 1080)
        var color = VideoColor()
        (color.bitDepth, color.transfer, color.isFullRange, color.lightLevelMax) = (10, 16, false, 4000)
        format.color = color
        return .video(format)
    }()

    static let audio: TrackFormat = {
        var format = AudioFormat(codec: .mp3, configuration: [])
        (format.sampleRate, format.channelCount, format.samplesPerUnit) = (44_100, 2, 1152)
        return .audio(format)
    }()

    static func segment(_ sequence: Int, _ range: Range<Int>?, discontinuity: Int = 3) -> RecordedSegment {
        RecordedSegment(
            sequence: sequence, range: range, durationNanoseconds: 2_000_000_001,
            startsAt: WallClock(unixMilliseconds: 1_790_000_000_000), discontinuity: discontinuity,
            initialisationNumber: 5, pictureCount: range == nil ? 0 : 60,
            pictureNanoseconds: range == nil ? 0 : 2_000_000_000, isIndependent: range != nil)
    }

    static let entries: [JournalEntry] = {
        var encrypted = Self.segment(9, 140..<200)
        encrypted.encryption = RenditionSnapshot.Encryption(keyNumber: 2, initialisationVector: [9, 8])
        return [
            .show(stream: "Große Show/1 =", targetDurationSeconds: 6), .tracks(.main, [Self.video, Self.audio]),
            .initialisation(.main, number: 5, 0..<40), .segment(.main, Self.segment(7, 40..<140)),
            .segment(.main, Self.segment(8, nil)), .key(number: 2, [0, 1, 0xab]), .segment(.main, encrypted),
            .initialisation(.audio(2), number: 5, 200..<201),
            .segment(.audio(2), Self.segment(9, 201..<210, discontinuity: 4)), .end,
        ]
    }()

    static func text(_ entries: [JournalEntry]) -> [UInt8] {
        var (bytes, sum) = ([UInt8](), JournalSum())
        for entry in entries { entry.append(to: &bytes, sum: &sum) }
        return bytes
    }

    @Test("Each entry is read back as it was written", arguments: JournalTests.entries)
    func roundTrip(entry: JournalEntry) throws {
        let line = Self.text([entry])
        let space = try #require(line.lastIndex(of: UInt8(ascii: " ")))
        #expect(JournalEntry(line[..<space]) == entry)
        #expect(line.last == UInt8(ascii: "\n"))
    }

    @Test(
        "A line that is almost one is none",
        arguments: [
            "", "end ", "end 1", "END", "show", "show x", "show =g1 6", "show =f 6", "key 1", "key 1 abc", "key 1 AB",
            "media main 1 0 10 1 1 1 1 3 4", "media main 1 0 10 1 1 1 1 3 4 maybe",
            "media main 01 0 10 1 1 1 1 3 4 dependent",
            "media main 1 9223372036854775807 1 1 1 1 1 3 4 dependent", "media x 1 0 10 1 1 1 1 3 4 dependent",
            "media main 1 0 10 1 1 1 1 3 4 dependent 4", "gap main 1 1 1", "gap main 1 1 1 1 1 1",
            "gap main -1 1 1 1 1",
            "tracks main film h264 -", "tracks main video h265 - 1 1 - - - - - - -", "init main 1 5", "init  1 5 5",
            "tracks main video h264 - 1 1 - - - - - - 65536",
        ])
    func almost(line: String) {
        #expect(JournalEntry(Array(line.utf8)[...]) == nil)
    }

    @Test("A journal that ends anywhere says what its whole lines say")
    func torn() {
        let whole = Self.text(Self.entries)
        for count in 0...whole.count {
            let reader = JournalReader(Array(whole[..<count]), mediaByteCount: 210, limits: RecordingLimits())
            let lineCount = whole[..<count].count { $0 == UInt8(ascii: "\n") }
            #expect(Self.text(Array(Self.entries[..<lineCount])).count == reader.byteCount)
            #expect((reader.index != nil) == (lineCount > 0))
            #expect(reader.isTorn == (reader.byteCount < count))
        }
    }

    @Test("What lies behind the end of the media file was never there")
    func mediaIsShort() {
        for byteCount in 0...210 {
            let reader = JournalReader(Self.text(Self.entries), mediaByteCount: byteCount, limits: RecordingLimits())
            #expect((reader.index?.mediaByteCount ?? 0) <= byteCount)
            let segments = reader.index?[.main]?.segments.map(\.number) ?? []
            #expect(segments == (byteCount < 140 ? [] : byteCount < 200 ? [7] : [7, 9]))
        }
    }

    @Test("Whatever happens to a journal, it says nothing that was not written, and nothing out of order")
    func damaged() {
        let whole = Self.text(Self.entries)
        var random = SplitMix(seed: 41)
        for _ in 0..<3000 {
            var damaged = whole
            for _ in 0...random.next(below: 3) { Self.damage(&damaged, &random) }
            let reader = JournalReader(damaged, mediaByteCount: 210, limits: RecordingLimits())
            #expect(reader.byteCount <= damaged.count)
            #expect(damaged[..<reader.byteCount].elementsEqual(whole[..<min(reader.byteCount, whole.count)]))
        }
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        guard !bytes.isEmpty else { return }
        let index = random.next(below: bytes.count)
        switch random.next(below: 5) {
        case 0: bytes[index] ^= 1 << UInt8(random.next(below: 8))
        case 1: bytes.removeLast(random.next(below: bytes.count))
        case 2: bytes.removeSubrange(index..<min(index + random.next(below: 60), bytes.count))
        case 3: bytes.insert(contentsOf: random.bytes(random.next(below: 20)), at: index)
        default:
            // A line, or some of them, once more.
            let end = min(index + random.next(below: 200), bytes.count)
            bytes.append(contentsOf: bytes[index..<end])
        }
    }

    @Test("Lines of a write that failed are not taken for those that overwrote their beginning")
    func overwritten() {
        // Both of the same length, so that what is left begins where a line begins.
        let kept = Array(Self.entries[..<3])
        let old = Self.text(
            kept + [.segment(.main, Self.segment(7, 40..<140)), .segment(.main, Self.segment(8, 140..<150))])
        let new = Self.text(kept + [.segment(.main, Self.segment(7, 40..<150))])
        var file = old
        file.replaceSubrange(0..<new.count, with: new)
        #expect(old[..<new.count].last == UInt8(ascii: "\n"))
        let reader = JournalReader(file, mediaByteCount: 1000, limits: RecordingLimits())
        #expect(reader.index?[.main]?.segments.map(\.number) == [7])
        #expect(reader.byteCount == new.count)
    }

    @Test(
        "Entries that contradict those before them end the journal",
        arguments: [
            [JournalEntry.show(stream: "x", targetDurationSeconds: 6)],
            [.segment(.main, JournalTests.segment(7, 140..<150))], [.segment(.main, JournalTests.segment(6, nil))],
            [.segment(.main, JournalTests.segment(8, 139..<150))],
            [.segment(.video(1), JournalTests.segment(8, 140..<150))],
            [.segment(.main, JournalTests.segment(8, 140..<140))], [.initialisation(.main, number: 6, 100..<160)],
            [.segment(.main, JournalTests.segment(.max - 1, nil))], [.initialisation(.main, number: .max, 140..<150)],
            [.segment(.main, JournalTests.segment(8, nil, discontinuity: .max))], [.key(number: .max, [1])],
            [.end, .end], [.end, .segment(.main, JournalTests.segment(8, 140..<150))],
        ])
    func contradictions(entries: [JournalEntry]) {
        let before = Array(Self.entries[..<4])
        let reader = JournalReader(
            Self.text(before + entries), mediaByteCount: 1000, limits: RecordingLimits())
        #expect(reader.byteCount == Self.text(before + entries.dropLast()).count)
        #expect(reader.isTorn)
    }
}
