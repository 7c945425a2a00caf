import MediaTypes
import Primitives
import Testing

@testable import RTMPIngest

struct AudioPipelineTests {
    /// AAC LC, 44.1 kHz, two channels.
    static let configuration: [UInt8] = [0x12, 0x10]

    let harness = PipelineHarness()
    var receiver: RecordingReceiver { self.harness.receiver }

    /// An ADTS frame: AAC LC, 44.1 kHz, two channels.
    static func adts(_ frame: [UInt8]) -> [UInt8] {
        let count = frame.count + 7
        return [
            0xff, 0xf1, 0x50, 0x80 | UInt8(count >> 11), UInt8(truncatingIfNeeded: count >> 3),
            UInt8(truncatingIfNeeded: count << 5) | 0x1f, 0xfc,
        ] + frame
    }

    @Test("§4.10 AAC: an empty configuration is waited over, a repeated one says nothing, a changed one is told")
    func aacConfigurations() {
        self.harness.audio(0, [0xaf, 0])
        self.harness.audio(0, [0xaf, 1, 7, 7])
        #expect(self.receiver.events.isEmpty)
        for _ in 0..<3 { self.harness.audio(23, [0xaf, 0] + Self.configuration) }
        self.harness.audio(23, [0xaf, 1, 7, 8])
        self.harness.audio(46, [0xaf, 0] + Self.configuration)
        self.harness.audio(46, [0xaf, 1, 7, 9])
        #expect(self.receiver.audioFormats().map(\.configuration) == [Self.configuration])
        #expect(self.receiver.audioFormats().first?.sampleRate == 44_100)
        #expect(self.receiver.audioFormats().first?.channelCount == 2)
        self.harness.audio(69, [0xaf, 0, 0x11, 0x90])
        self.harness.audio(69, [0xaf, 1, 7, 9])
        #expect(self.receiver.audioFormats().map(\.sampleRate) == [44_100, 48_000])
        #expect(self.receiver.audio().map(\.bytes) == [[7, 8], [7, 9], [7, 9]])
        #expect(self.receiver.audio().allSatisfy { $0.unit.isRandomAccess })
    }

    @Test("§3.10 §4.10 silence of no bytes and empty frames are no units and no drops")
    func silence() {
        self.harness.audio(0, [0xaf, 0] + Self.configuration)
        self.harness.audio(0, [])
        self.harness.audio(0, [0xaf, 1])
        self.harness.audio(0, [0x91] + fourCC("Opus"))
        #expect(self.receiver.events.isEmpty)
        #expect(self.harness.droppedCount == 0)
    }

    @Test("§4.10 ADTS by mistake is stripped, with or without a configuration", arguments: [false, true])
    func adts(hasConfiguration: Bool) {
        if hasConfiguration { self.harness.audio(0, [0xaf, 0] + Self.configuration) }
        self.harness.audio(0, [0xaf, 1] + Self.adts([0x21, 1, 2]))
        #expect(self.receiver.audio().map(\.bytes) == [[0x21, 1, 2]])
        #expect(self.receiver.audioFormats().map(\.configuration) == [Self.configuration])
    }

    @Test("§4.10 several ADTS frames in one message are as many units, each at its time; a cut one is dropped")
    func severalADTSFrames() {
        self.harness.audio(
            0, [0xaf, 1] + Self.adts([0x21, 1]) + Self.adts([0x21, 2]) + Self.adts([0x21, 3]).dropLast())
        #expect(self.receiver.audio().map(\.bytes) == [[0x21, 1], [0x21, 2]])
        #expect(self.receiver.audio().map(\.unit.decodeTime) == [.zero, MediaTime(milliseconds: 23)])
        #expect(self.harness.droppedCount == 1)
    }

    @Test("S-36 a configuration of garbage is dropped, what was known holds")
    func badConfiguration() {
        self.harness.audio(0, [0xaf, 0] + Self.configuration)
        self.harness.audio(0, [0xaf, 0, 0xff])
        self.harness.audio(0, [0xaf, 1, 7])
        #expect(self.receiver.audioFormats().map(\.configuration) == [Self.configuration])
        #expect(self.harness.droppedCount == 1)
    }

    @Test(
        "§4.10 MP3, Opus, FLAC, AC-3 and E-AC-3 from real encoders: format and units",
        arguments: [
            ("mp3", AudioCodec.mp3, 44_100, 1, 1), ("opus", .opus, 48_000, 2, 5), ("flac", .flac, 48_000, 2, 5),
            ("ac3", .ac3, 48_000, 2, 5), ("eac3", .eac3, 48_000, 2, 5),
        ] as [(String, AudioCodec, Int, Int, Int)])
    func codecs(name: String, codec: AudioCodec, rate: Int, channelCount: Int, headByteCount: Int) throws {
        let file = try FLVFile(named: name)
        self.harness.send(file)
        let frames = file.bodies(.audio).filter { $0[0] >> 4 != 9 || $0[0] & 0x0f == 1 }
        let format = try #require(self.receiver.audioFormats().first)
        #expect(self.receiver.audioFormats().count == 1)
        #expect(format.codec == codec && format.sampleRate == rate && format.channelCount == channelCount)
        #expect(self.receiver.audio().map(\.bytes) == frames.map { Array($0.dropFirst(headByteCount)) })
        #expect(self.harness.droppedCount == 0)
    }

    @Test(
        "§4.10 Opus without a header takes its channels from a multichannel configuration, or from the first packet",
        arguments: [nil, 6] as [UInt8?])
    func opusWithoutHeader(count: UInt8?) throws {
        let packet = try FLVFile(named: "opus").bodies(.audio)[1]
        self.harness.audio(0, [0x90] + fourCC("Opus"))
        if let count { self.harness.audio(0, [0x94] + fourCC("Opus") + [1, count, 0, 0, 0, 0x3f]) }
        self.harness.audio(0, packet)
        #expect(self.receiver.audioFormats().map(\.channelCount) == [count.map(Int.init) ?? 2])
        #expect(self.receiver.audio().count == 1)
    }

    @Test("§4.9 real asset: a multichannel configuration behind the Opus header changes nothing")
    func opusWithMultichannelConfiguration() throws {
        let file = try FLVFile(named: "opus")
        let bodies = file.bodies(.audio)
        self.harness.audio(0, bodies[0])
        self.harness.audio(0, [0x94] + fourCC("Opus") + [1, 2, 0, 0, 0, 3])
        self.harness.audio(0, bodies[1])
        self.harness.audio(20, [0x94] + fourCC("Opus") + [1, 2, 0, 0, 0, 3])
        self.harness.audio(20, bodies[2])
        #expect(self.receiver.audioFormats().map(\.channelCount) == [2])
        #expect(self.receiver.audio().count == 2)
    }

    @Test("§4.10 sound that cannot be streamed is advised about once; the picture goes on")
    func unsupportedSound() throws {
        let sample = try H264Sample()
        self.harness.video(0, H264Sample.start(sample.record))
        for index in 0..<5 as Range<UInt32> {
            self.harness.audio(index * 40, [0xb2, 1, 2])
            self.harness.video(index * 40, H264Sample.key(withLengths(sample.refresh)))
        }
        #expect(self.receiver.video().count == 5)
        #expect(self.harness.droppedCount == 5)
        let advice = self.harness.pipeline.advice(now: self.harness.now)
            .filter { $0.label.description == "audio-codec-unsupported" }
        #expect(advice.count == 1)
        #expect(advice.first?.sentence.contains("Speex") == true)
    }

    @Test(
        "A sound message cut off anywhere is parsed or dropped, never a trap",
        arguments: ["mp3", "opus", "flac", "ac3", "eac3", "h264-aac"])
    func truncated(name: String) throws {
        for tag in try FLVFile(named: name).tags.prefix(6) {
            for count in 0..<tag.bytes.count {
                self.harness.send(tag.type, tag.timestamp, Array(tag.bytes.prefix(count)))
            }
        }
    }
}
