import MediaTypes
import Primitives
import Testing

@testable import RTMPIngest

struct H264PipelineTests {
    let sample: H264Sample
    let harness = PipelineHarness()
    var receiver: RecordingReceiver { self.harness.receiver }

    init() throws { self.sample = try H264Sample() }

    @Test("§4.9 a sequence start that is repeated says nothing new")
    func repeatedConfiguration() {
        for index in 0..<10 as Range<UInt32> {
            self.harness.video(index * 40, H264Sample.start(self.sample.record))
            self.harness.video(index * 40, H264Sample.key(withLengths(self.sample.refresh)))
        }
        #expect(self.receiver.videoFormats().count == 1)
        #expect(self.receiver.video().count == 10)
        #expect(self.receiver.video().allSatisfy { $0.bytes == withLengths(self.sample.refresh) })
        #expect(self.receiver.videoFormats().first?.configuration == self.sample.record)
    }

    @Test("§4.9 a changed sequence start is a new format, told before the next unit")
    func changedConfiguration() {
        self.harness.video(0, H264Sample.start(self.sample.record))
        self.harness.video(0, H264Sample.key(withLengths(self.sample.refresh)))
        let other = self.sample.record(pictureSets: [self.sample.pictureSet + [0x80]])
        self.harness.video(40, H264Sample.start(other))
        self.harness.video(40, H264Sample.key(withLengths(self.sample.refresh)))
        let kinds = self.receiver.events.map { if case .format = $0 { "format" } else { "unit" } }
        #expect(kinds == ["format", "unit", "format", "unit"])
    }

    @Test("§4.9 an empty sequence start is waited over, units before the real one are dropped and counted")
    func emptyConfiguration() {
        self.harness.video(0, H264Sample.start([]))
        self.harness.video(0, H264Sample.key(withLengths(self.sample.refresh)))
        #expect(self.receiver.events.isEmpty)
        #expect(self.harness.droppedCount == 1)
        self.harness.video(40, H264Sample.start(self.sample.record))
        self.harness.video(40, H264Sample.key(withLengths(self.sample.refresh)))
        #expect(self.receiver.video().count == 1)
    }

    @Test("§4.9 pictures that never get a sequence start are advised about, once and not at once")
    func missingConfiguration() {
        for index in 0..<99 as Range<UInt32> {
            self.harness.video(index * 40, H264Sample.inter(withLengths(self.sample.inter)))
        }
        #expect(!self.harness.advice.contains("no-configuration"))
        for index in 99..<300 as Range<UInt32> {
            self.harness.video(index * 40, H264Sample.inter(withLengths(self.sample.inter)))
        }
        #expect(self.harness.advice.filter { $0 == "no-configuration" }.count == 1)
        #expect(self.harness.droppedCount == 300)
    }

    @Test("§4.9 without a sequence start parameter sets in the pictures make the record", arguments: [false, true])
    func setsInBand(hasEmptyRecord: Bool) {
        if hasEmptyRecord {
            self.harness.video(0, H264Sample.start(self.sample.record(sequenceSets: [], pictureSets: [])))
        }
        let units = [self.sample.sequenceSet, self.sample.pictureSet] + self.sample.refresh
        self.harness.video(0, H264Sample.key(withLengths(units)))
        self.harness.video(40, H264Sample.key(withLengths(units)))
        #expect(self.receiver.videoFormats().count == 1)
        #expect(self.receiver.videoFormats().first?.width == 160)
        #expect(self.receiver.video().map(\.bytes) == [withLengths(units), withLengths(units)])
    }

    @Test("§4.9 parameter sets in a message of their own are no unit")
    func setsAlone() {
        self.harness.video(0, H264Sample.key(withLengths([self.sample.sequenceSet, self.sample.pictureSet])))
        self.harness.video(0, H264Sample.key(withLengths(self.sample.refresh)))
        #expect(self.receiver.video().map(\.bytes) == [withLengths(self.sample.refresh)])
        #expect(self.harness.droppedCount == 0)
    }

    @Test("§4.9 the same sets in pictures are no change; a repeated start does not take back what they changed")
    func setsInBandChange() {
        let changed = self.sample.pictureSet + [0x80]
        for index in 0..<6 as Range<UInt32> {
            self.harness.video(index * 40, H264Sample.start(self.sample.record))
            let set = index < 2 ? self.sample.pictureSet : changed
            let units = [self.sample.sequenceSet, set] + self.sample.refresh
            self.harness.video(index * 40, H264Sample.key(withLengths(units)))
        }
        self.harness.video(240, H264Sample.start(self.sample.record))
        self.harness.video(240, H264Sample.inter(withLengths(self.sample.inter)))
        #expect(self.receiver.video().count == 7)
        #expect(self.receiver.videoFormats().count == 2)
    }

    @Test("§4.9 several parameter sets are all in the record")
    func severalSets() throws {
        let record = self.sample.record(pictureSets: [self.sample.pictureSet, self.sample.pictureSet + [0x80]])
        self.harness.video(0, H264Sample.start(record))
        self.harness.video(0, H264Sample.key(withLengths(self.sample.refresh)))
        let told = try #require(self.receiver.videoFormats().first).configuration
        let parsed = try #require(AVCConfiguration(told))
        #expect(parsed.pictureSets.count == 2)
    }

    @Test("§4.9 lengths of one, two and four bytes come out as four", arguments: [1, 2, 4])
    func lengthSizes(size: Int) throws {
        let units = self.sample.refresh.map { Array($0.prefix(200)) }
        self.harness.video(0, H264Sample.start(self.sample.record(lengthSize: size)))
        self.harness.video(0, H264Sample.key(withLengths(units, size: size)))
        #expect(self.receiver.video().map(\.bytes) == [withLengths(units)])
        #expect(self.receiver.videoFormats().first?.configuration[4] == 0xff)
    }

    @Test(
        "§4.9 annex B by mistake, in sequence start and pictures, with either start code",
        arguments: [[0, 0, 0, 1], [0, 0, 1]] as [[UInt8]])
    func startCodes(code: [UInt8]) {
        let sets = [self.sample.sequenceSet, self.sample.pictureSet]
        self.harness.video(0, H264Sample.start(withStartCodes(sets, code)))
        self.harness.video(0, H264Sample.key(withStartCodes(self.sample.refresh, code)))
        self.harness.video(40, H264Sample.inter(withStartCodes(self.sample.inter, code)))
        #expect(self.receiver.videoFormats().first?.width == 160)
        #expect(
            self.receiver.video().map(\.bytes) == [withLengths(self.sample.refresh), withLengths(self.sample.inter)])
    }

    @Test("§4.9 where decoding can begin is told by the pictures, not by the tag")
    func randomAccess() {
        self.harness.video(0, H264Sample.start(self.sample.record))
        self.harness.video(0, H264Sample.inter(withLengths(self.sample.refresh)))
        self.harness.video(40, H264Sample.key(withLengths(self.sample.inter)))
        #expect(self.receiver.video().map(\.unit.isRandomAccess) == [true, false])
    }

    @Test("§4.9 a stream without IDR pictures begins at recovery points; after one only when none came for long")
    func recoveryPoints() {
        let recovery: [[UInt8]] = [[6, 6, 1, 0xc4, 0x80]] + self.sample.inter
        self.harness.video(0, H264Sample.start(self.sample.record))
        self.harness.video(0, H264Sample.inter(withLengths(self.sample.inter)))
        self.harness.video(40, H264Sample.inter(withLengths(recovery)))
        self.harness.video(80, H264Sample.key(withLengths(self.sample.refresh)))
        self.harness.video(120, H264Sample.inter(withLengths(recovery)))
        #expect(self.receiver.video().map(\.unit.isRandomAccess) == [false, true, true, false])
        for index in 0..<600 as Range<UInt32> {
            self.harness.video(160 + index * 40, H264Sample.inter(withLengths(self.sample.inter)))
        }
        self.harness.video(40_000, H264Sample.inter(withLengths(recovery)))
        #expect(self.receiver.video().last?.unit.isRandomAccess == true)
    }

    @Test("Pictures that nothing is decoded from are disposable, by their bytes or by the tag")
    func disposable() {
        let other: [[UInt8]] = [[0x01, 0x9a, 1, 2]]
        self.harness.video(0, H264Sample.start(self.sample.record))
        self.harness.video(0, H264Sample.inter(withLengths(other)))
        self.harness.video(40, [0x37] + H264Sample.inter(withLengths(self.sample.inter)).dropFirst())
        self.harness.video(80, H264Sample.inter(withLengths([[0x41, 0x9a, 1]])))
        #expect(self.receiver.video().map(\.unit.isDisposable) == [true, true, false])
    }

    @Test("S-36 lengths that overflow drop the unit and are counted; the next one passes")
    func lengthOverflow() {
        self.harness.video(0, H264Sample.start(self.sample.record))
        self.harness.video(0, H264Sample.key([0xff, 0xff, 0xff, 0xff, 0x65]))
        self.harness.video(40, H264Sample.key(withLengths(self.sample.refresh)))
        #expect(self.harness.droppedCount == 1)
        #expect(self.receiver.video().count == 1)
    }

    @Test("S-36 a format that changes with every picture is told at a bounded rate, and advised about once")
    func unsteadyFormat() {
        for index in 0..<100 as Range<UInt32> {
            let record = self.sample.record(pictureSets: [self.sample.pictureSet + [UInt8(index + 1)]])
            self.harness.video(index * 40, H264Sample.start(record))
            self.harness.video(index * 40, H264Sample.key(withLengths(self.sample.refresh)))
        }
        #expect(self.receiver.videoFormats().count == 8)
        #expect(self.receiver.video().count == 8)
        #expect(self.harness.droppedCount == 92)
        #expect(self.harness.advice.filter { $0 == "format-changes-too-often" }.count == 1)
        #expect(!self.harness.advice.contains("format-changes-too-often"))
    }

    @Test("§3.10 end of sequence, commands and empty messages between pictures change nothing")
    func betweenPictures() {
        self.harness.video(0, H264Sample.start(self.sample.record))
        let others: [[UInt8]] = [[], [0x17], [0x17, 2, 0, 0, 0], [0x57, 0], [0x27, 1, 0, 0, 0]]
        for (index, bytes) in others.enumerated() {
            self.harness.video(UInt32(index * 40), bytes)
            self.harness.video(UInt32(index * 40), H264Sample.key(withLengths(self.sample.refresh)))
        }
        #expect(self.receiver.video().count == 5)
        #expect(self.receiver.videoFormats().count == 1)
    }

    @Test("§4.3 composition time and nanoseconds make the presentation offset")
    func presentationOffset() {
        self.harness.video(0, H264Sample.start(self.sample.record))
        self.harness.video(0, [0x27, 1, 0xff, 0xff, 0xd8] + withLengths(self.sample.inter))
        let head = [0x97, 2, 0x0b, 0xb8, 0x01, 0x01] + fourCC("avc1") + [0, 0, 80]
        self.harness.video(40, head + withLengths(self.sample.inter))
        #expect(
            self.receiver.video().map(\.unit.presentationOffset) == [
                MediaTime(milliseconds: -40), MediaTime(nanoseconds: 80_768_001),
            ])
    }

    @Test("§4.9 colours from metadata, before or after the sequence start, are in the format; empty ones go again")
    func colors() {
        let metadata = [0xd4] + fourCC("avc1") + ColorInformationTests.hdr10
        self.harness.video(0, metadata)
        self.harness.video(0, [0x90] + fourCC("avc1") + self.sample.record)
        self.harness.video(0, H264Sample.key(withLengths(self.sample.refresh)))
        self.harness.video(40, metadata)
        self.harness.video(40, H264Sample.key(withLengths(self.sample.refresh)))
        #expect(self.receiver.videoFormats().map(\.color?.primaries) == [9])
        self.harness.video(
            80, [0xd4] + fourCC("avc1") + [2] + ColorInformationTests.string("colorInfo") + [3, 0, 0, 9])
        self.harness.video(80, H264Sample.key(withLengths(self.sample.refresh)))
        #expect(self.receiver.videoFormats().map(\.color?.lightLevelMax) == [1000, nil])
    }

    @Test("S-36 parameter sets of all numbers hold no more than a record may")
    func manySets() throws {
        let numbers = (0..<31).map { UInt8(0x80 | $0) }
        var units = [self.sample.sequenceSet]
        for number in numbers { units.append([8, number] + [UInt8](repeating: number, count: 16_000)) }
        self.harness.video(0, H264Sample.key(withLengths(units + self.sample.refresh)))
        let told = try #require(self.receiver.videoFormats().first)
        #expect(told.configuration.count <= 80_000)
        #expect(self.receiver.video().count == 1)
    }

    @Test("A message cut off anywhere is parsed or dropped, never a trap")
    func truncated() {
        let units = [self.sample.sequenceSet, self.sample.pictureSet] + self.sample.refresh
        let messages = [
            H264Sample.start(self.sample.record), H264Sample.key(withLengths(units)),
            H264Sample.key(withStartCodes(units)),
        ]
        for message in messages {
            for count in 0..<min(message.count, 400) { self.harness.video(UInt32(count), Array(message.prefix(count))) }
        }
        self.harness.video(1000, H264Sample.start(self.sample.record))
        self.harness.video(1000, H264Sample.key(withLengths(self.sample.refresh)))
        #expect(self.receiver.video().last?.bytes == withLengths(self.sample.refresh))
    }
}

extension AVCConfiguration {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}
