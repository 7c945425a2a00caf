import MediaTypes
import Primitives
import Testing

@testable import RTMPIngest

/// HEVC, AV1 and VP9, from real encoders.
struct VideoPipelineTests {
    let harness = PipelineHarness()
    var receiver: RecordingReceiver { self.harness.receiver }

    @Test("§3.18 §4.9 HEVC by FourCC and by its old number 12 comes out the same")
    func hevc() throws {
        let other = PipelineHarness()
        self.harness.send(try FLVFile(named: "hevc"))
        other.send(try FLVFile(named: "hevc-number-12"))
        #expect(self.receiver.videoFormats().first?.codec == .hevc)
        #expect(self.receiver.videoFormats().first?.width == 160)
        #expect(self.receiver.videoFormats().first?.height == 90)
        #expect(self.receiver.video().count == 12)
        #expect(self.receiver.events == other.receiver.events)
        #expect(self.receiver.video().map(\.unit.isRandomAccess).filter { $0 }.count == 2)
    }

    @Test("§4.9 HEVC without a sequence start takes its parameter sets from the pictures")
    func hevcSetsInBand() throws {
        let bodies = try FLVFile(named: "hevc").bodies(.video)
        let record = try #require(HEVCConfiguration(Array(bodies[0].dropFirst(5))))
        let picture = try #require(NALUnitTests.units(.lengths(4), Array(bodies[1].dropFirst(8))))
        let units = record.videoSets + record.sequenceSets + record.pictureSets + picture
        self.harness.video(0, [0x93] + fourCC("hvc1") + withStartCodes(units))
        #expect(self.receiver.videoFormats().first?.width == 160)
        #expect(self.receiver.video().map(\.bytes) == [withLengths(units)])
    }

    @Test("§3.18 a VPS or SPS extension that cannot be read does not refuse the stream")
    func hevcUnreadableSets() throws {
        let bodies = try FLVFile(named: "hevc").bodies(.video)
        let record = try #require(HEVCConfiguration(Array(bodies[0].dropFirst(5))))
        let sets =
            [Array(record.videoSets[0].prefix(4))] + record.sequenceSets.map { $0.dropLast(3) + [0xff, 0xff] }
            + record.pictureSets
        let picture = try #require(NALUnitTests.units(.lengths(4), Array(bodies[1].dropFirst(8))))
        self.harness.video(0, [0x93] + fourCC("hvc1") + withLengths(sets + picture))
        #expect(self.receiver.video().count == 1)
    }

    @Test("§4.9 real asset: AV1 whose first sequence start is empty, then metadata, then the real one")
    func lateConfiguration() throws {
        let bodies = try FLVFile(named: "av1").bodies(.video)
        self.harness.video(0, [0x90] + fourCC("av01"))
        self.harness.video(0, [0xd4] + fourCC("av01") + ColorInformationTests.hdr10)
        self.harness.video(7, bodies[0])
        self.harness.video(7, bodies[1])
        let format = try #require(self.receiver.videoFormats().first)
        #expect(format.codec == .av1 && format.configuration == Array(bodies[0].dropFirst(5)))
        #expect(format.width == 160 && format.color?.primaries == 9)
        #expect(self.receiver.video().count == 1)
    }

    @Test("AV1 comes out as sent, its temporal delimiters left out, by FourCC and by number 13")
    func av1() throws {
        let bodies = try FLVFile(named: "av1").bodies(.video)
        let frames = bodies[1...].filter { $0[0] != 0x92 }
        self.harness.video(0, [0x1d, 0, 0, 0, 0] + bodies[0].dropFirst(5))
        for (index, frame) in frames.enumerated() {
            let isKey = frame[0] & 0x70 == 0x10
            let delimiter: [UInt8] = index % 3 == 0 ? [0x12, 0] : index % 3 == 1 ? [0x16, 0, 0] : []
            self.harness.video(
                UInt32(index * 100), [isKey ? 0x1d : 0x2d, 1, 0, 0, 0] + delimiter + frame.dropFirst(5))
        }
        #expect(self.receiver.video().map(\.bytes) == frames.map { Array($0.dropFirst(5)) })
        #expect(self.receiver.video().map(\.unit.isRandomAccess) == frames.map { $0[0] & 0x70 == 0x10 })
    }

    @Test("AV1 without a sequence start takes its sequence header from the first unit")
    func av1InBand() throws {
        let bodies = try FLVFile(named: "av1").bodies(.video)
        let record = try #require(AV1Configuration(Array(bodies[0].dropFirst(5))))
        let unit = record.units + bodies[1].dropFirst(5)
        self.harness.video(0, [0x91] + fourCC("av01") + [0x12, 0] + unit)
        #expect(self.receiver.videoFormats().first?.width == 160)
        #expect(self.receiver.video().map(\.bytes) == [unit])
    }

    @Test("VP9 comes out as sent, with the size that its key frames tell")
    func vp9() throws {
        let file = try FLVFile(named: "vp9")
        self.harness.send(file)
        let frames = file.bodies(.video).filter { $0[0] & 0x0f == 1 }
        #expect(self.receiver.videoFormats().map(\.codec) == [.vp9])
        #expect(self.receiver.videoFormats().map(\.width) == [160])
        #expect(self.receiver.videoFormats().map(\.height) == [90])
        #expect(self.receiver.video().map(\.bytes) == frames.map { Array($0.dropFirst(5)) })
        #expect(self.receiver.video().first?.unit.isRandomAccess == true)
    }

    @Test("A track whose codec changes has no format until the new one's configuration")
    func codecChange() throws {
        let sample = try H264Sample()
        let hevc = try FLVFile(named: "hevc").bodies(.video)
        self.harness.video(0, H264Sample.start(sample.record))
        self.harness.video(0, H264Sample.key(withLengths(sample.refresh)))
        self.harness.video(40, hevc[1])
        #expect(self.receiver.video().count == 1)
        self.harness.video(80, hevc[0])
        self.harness.video(80, hevc[1])
        #expect(self.receiver.videoFormats().map(\.codec) == [.h264, .hevc])
        #expect(self.receiver.video().count == 2)
    }

    @Test(
        "A configuration that makes no sense is dropped, and what was known holds",
        arguments: ["avc1", "hvc1", "av01", "vp09"])
    func badConfiguration(codec: String) throws {
        let name = ["avc1": "h264-aac", "hvc1": "hevc", "av01": "av1", "vp09": "vp9"][codec] ?? ""
        let bodies = try FLVFile(named: name).bodies(.video)
        let bad = codec == "avc1" ? H264Sample.start([9]) : [0x90] + Array(codec.utf8) + [9]
        self.harness.video(0, bodies[0])
        self.harness.video(0, bad)
        self.harness.video(0, bodies[1])
        #expect(self.receiver.video().count == 1)
        #expect(self.harness.droppedCount == 1)
    }
}

extension HEVCConfiguration {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension AV1Configuration {
    init?(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}
