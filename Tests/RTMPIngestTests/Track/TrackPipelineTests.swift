import MediaTypes
import Primitives
import Testing

@testable import RTMPIngest

/// Tracks of all kinds together.
struct TrackPipelineTests {
    let harness = PipelineHarness()
    var receiver: RecordingReceiver { self.harness.receiver }

    @Test("A recorded file of ffmpeg: every frame in is a unit out, with its bytes and times, and no copy differs")
    func recordedFile() throws {
        let file = try FLVFile(named: "h264-aac")
        self.harness.send(file)
        let video = file.tags.filter { $0.type == .video && $0.bytes[1] == 1 }
        let audio = file.tags.filter { $0.type == .audio && $0.bytes[1] == 1 }
        #expect(self.receiver.video().map(\.bytes) == video.map { Array($0.bytes.dropFirst(5)) })
        #expect(self.receiver.audio().map(\.bytes) == audio.map { Array($0.bytes.dropFirst(2)) })
        #expect(self.receiver.video().map(\.unit.decodeTime.milliseconds) == video.map { Int64($0.timestamp) })
        #expect(
            self.receiver.video().map(\.unit.presentationOffset.milliseconds)
                == video.map { Int64($0.bytes[3]) << 8 | Int64($0.bytes[4]) })
        #expect(self.receiver.video().map(\.unit.isRandomAccess) == video.map { $0.bytes[0] == 0x17 })
        #expect(self.receiver.videoFormats().first?.width == 160)
        #expect(self.receiver.videoFormats().count == 1 && self.receiver.audioFormats().count == 1)
        #expect(self.harness.droppedCount == 0)
    }

    @Test("§3.14 metadata is not needed, and wrong metadata says nothing: the output is the same")
    func metadata() throws {
        let file = try FLVFile(named: "h264-aac")
        var others: [[FLVFile.Tag]] = [file.tags.filter { $0.type != .dataAMF0 }]
        // A claim of sound that never comes, codecs as text, an array count that lies, an object that ends too often.
        let lies: [[UInt8]] = [
            ColorInformationTests.string("onMetaData") + [8, 0xff, 0xff, 0xff, 0xff],
            ColorInformationTests.string("@setDataFrame") + [9], [], [0xff],
        ].map { ($0.isEmpty ? [] : [2]) + $0 }
        for lie in lies {
            let tag = FLVFile.Tag(type: .dataAMF0, timestamp: 9_999_999, bytes: lie)
            others.append(file.tags.flatMap { [tag, $0] })
        }
        self.harness.send(file)
        for tags in others {
            let other = PipelineHarness()
            for tag in tags { other.send(tag.type, tag.timestamp, tag.bytes) }
            #expect(other.receiver.events == self.receiver.events)
        }
    }

    @Test("§3.15 tracks may be missing or late: video only, audio only, audio after 5 s, a second audio after 20 s")
    func lateTracks() throws {
        let sample = try H264Sample()
        self.harness.video(0, H264Sample.start(sample.record))
        for index in 0..<25 as Range<UInt32> {
            let time = index * 1000
            self.harness.video(time, H264Sample.key(withLengths(sample.refresh)))
            if index == 5 { self.harness.audio(time, [0xaf, 0] + AudioPipelineTests.configuration) }
            if index >= 5 { self.harness.audio(time, [0xaf, 1, 7]) }
            if index == 20 {
                self.harness.audio(time, [0x95, 0x00] + fourCC("mp4a") + [1] + AudioPipelineTests.configuration)
            }
            if index >= 20 { self.harness.audio(time, [0x95, 0x01] + fourCC("mp4a") + [1, 8]) }
        }
        #expect(self.receiver.video().count == 25)
        #expect(self.receiver.audio().count == 20 && self.receiver.audio(1).count == 5)
        #expect(self.receiver.audio().first?.unit.decodeTime == MediaTime(milliseconds: 5000))
        #expect(self.receiver.audio(1).first?.unit.decodeTime == MediaTime(milliseconds: 20_000))
        #expect(self.receiver.audioFormats(1).count == 1)
        let soundOnly = PipelineHarness()
        soundOnly.audio(0, [0xaf, 0] + AudioPipelineTests.configuration)
        soundOnly.audio(0, [0xaf, 1, 7])
        #expect(soundOnly.receiver.audio().count == 1)
    }

    @Test("Formats of all tracks that change together are told together, before the first unit of any")
    func changeTogether() throws {
        let file = try FLVFile(named: "h264-aac")
        self.harness.send(file)
        let count = self.receiver.events.count
        let sample = try H264Sample()
        // The same picture with another level, and sound at another rate.
        var record = sample.record
        record[3] = 0x1f
        self.harness.video(3000, H264Sample.start(record))
        self.harness.audio(3000, [0xaf, 0, 0x11, 0x90])
        #expect(self.receiver.events.count == count)
        self.harness.video(3000, H264Sample.key(withLengths(sample.refresh)))
        self.harness.audio(3000, [0xaf, 1, 7])
        let kinds = self.receiver.events[count...].map { event in
            switch event {
            case .format(let track, _): "format of \(track.kind)"
            case .unit(let unit, _): "unit of \(unit.track.kind)"
            case .ended: "end"
            }
        }
        #expect(kinds == ["format of video", "format of audio", "unit of video", "unit of audio"])
    }

    @Test("§4.9 multitrack in its three forms reaches its tracks; a missing default track is legal")
    func multitrack() throws {
        let sample = try H264Sample()
        let hevc = try FLVFile(named: "hevc").bodies(.video)
        let record = sample.record
        let size = { (bytes: [UInt8]) in withLengths([bytes], size: 3) }
        self.harness.video(0, [0x96, 0x00] + fourCC("avc1") + [2] + record)
        self.harness.video(0, [0x96, 0x10] + fourCC("avc1") + [3] + size(record) + [4] + size(record))
        self.harness.video(
            0,
            [0x96, 0x20] + fourCC("avc1") + [5] + size(record) + fourCC("hvc1") + [6]
                + size(Array(hevc[0].dropFirst(5))))
        let picture = withLengths(sample.refresh)
        self.harness.video(0, [0x96, 0x03] + fourCC("avc1") + [2] + picture)
        self.harness.video(0, [0x96, 0x13] + fourCC("avc1") + [3] + size(picture) + [4] + size(picture))
        self.harness.video(
            0,
            [0x96, 0x23] + fourCC("avc1") + [5] + size(picture) + fourCC("hvc1") + [6]
                + size(Array(hevc[1].dropFirst(8))))
        for number in 2...6 as ClosedRange<UInt8> { #expect(self.receiver.video(number).count == 1) }
        #expect(self.receiver.videoFormats(6).first?.codec == .hevc)
        #expect(self.receiver.video(0).isEmpty)
    }

    @Test("More tracks than there may be are dropped and counted; those that are there go on")
    func tooManyTracks() throws {
        for number in 0..<20 as Range<UInt8> {
            self.harness.audio(0, [0x95, 0x00] + fourCC("mp4a") + [number] + AudioPipelineTests.configuration)
            self.harness.audio(0, [0x95, 0x01] + fourCC("mp4a") + [number, 7])
        }
        for number in 0..<20 as Range<UInt8> { #expect(self.receiver.audio(number).count == (number < 8 ? 1 : 0)) }
        #expect(self.harness.droppedCount == 24)
        self.harness.audio(23, [0x95, 0x01] + fourCC("mp4a") + [7, 7])
        #expect(self.receiver.audio(7).count == 2)
    }

    @Test("§4.3 an aggregate comes out as its tags would have, one by one")
    func aggregate() throws {
        let file = try FLVFile(named: "h264-aac")
        let tags = file.tags.filter { $0.type != .dataAMF0 }
        var bytes: [UInt8] = []
        for tag in tags {
            bytes += [tag.type.rawValue] + withLengths([tag.bytes], size: 3).prefix(3)
            bytes += [16, 8, 0].map { UInt8(truncatingIfNeeded: tag.timestamp >> $0) } + [0, 0, 0, 0]
            bytes += tag.bytes + [0, 0, 0, 0]
        }
        self.harness.send(.aggregate, 77_000, bytes)
        let other = PipelineHarness()
        for tag in tags { other.send(tag.type, tag.timestamp, tag.bytes) }
        #expect(self.receiver.events == other.receiver.events)
        self.harness.send(.aggregate, 77_000, Array(bytes.prefix(100)))
        #expect(self.harness.droppedCount == 1)
    }

    @Test("No message moves a stream on by much more than 10 s: what is behind that in it is left out")
    func messageOfManySeconds() {
        self.harness.audio(0, [0xaf, 0, 0x12, 0x10])
        let tags = (0..<1000 as Range<UInt32>).flatMap { AggregateReaderTests.tag(8, $0 * 3000, [0xaf, 1, 7]) }
        for time in [0, 3_000_000] as [UInt32] { self.harness.send(.aggregate, time, tags) }
        let times = self.receiver.audio().map(\.unit.decodeTime.milliseconds)
        #expect(times == [0, 3000, 6000, 9000, 12_000] + [0, 3000, 6000, 9000, 12_000])
        #expect(self.harness.droppedCount == 1990)
        #expect(self.harness.pipeline.mediaTime == 12_000_000_000 + 1_000_000_000 + 12_000_000_000)
    }

    @Test("Messages of other types, and aggregates within aggregates, are nothing")
    func otherTypes() {
        for type in 0...255 as ClosedRange<UInt8> where ![8, 9].contains(type) {
            self.harness.send(MessageType(rawValue: type), 0, [0xaf, 0, 0x12, 0x10])
        }
        let inner = AggregateReaderTests.tag(8, 0, [0xaf, 0, 0x12, 0x10])
        self.harness.send(.aggregate, 0, AggregateReaderTests.tag(22, 0, inner))
        #expect(self.receiver.events.isEmpty)
    }

    @Test("The end is told once more to the receiver")
    func end() {
        self.harness.pipeline.end(.finished)
        #expect(self.receiver.events == [.ended(.finished)])
    }

    @Test("Memory for a large rewritten unit is not kept")
    func scratch() throws {
        let sample = try H264Sample()
        self.harness.video(0, H264Sample.start(sample.record))
        self.harness.video(0, H264Sample.key(withStartCodes(sample.refresh)))
        #expect(self.harness.pipeline.scratch.capacity > 0)
        let large = [0x65] + [UInt8](repeating: 7, count: 2_000_000)
        self.harness.video(40, H264Sample.key(withStartCodes([large])))
        #expect(self.receiver.video().last?.bytes.count == large.count + 4)
        #expect(self.harness.pipeline.scratch.capacity == 0)
    }

    @Test(
        "§4.8 data messages of every other kind change nothing",
        arguments: ["@clearDataFrame", "onCuePoint", "onFI", "onTextData", "onCaptionInfo", "anything"],
        [MessageType.dataAMF0, .dataAMF3])
    func otherData(name: String, type: MessageType) throws {
        let file = try FLVFile(named: "h264-aac")
        let plain = PipelineHarness()
        plain.send(file)
        let harness = PipelineHarness()
        let prefix: [UInt8] = type == .dataAMF3 ? [0] : []
        let text = [2, 0, UInt8(name.utf8.count)] + Array(name.utf8)
        for tag in file.tags {
            harness.send(type, tag.timestamp, prefix + text + [8, 0, 0, 0, 9])
            harness.send(tag.type, tag.timestamp, tag.bytes)
        }
        #expect(harness.receiver.events == plain.receiver.events)
        #expect(harness.droppedCount == plain.droppedCount)
    }
}
