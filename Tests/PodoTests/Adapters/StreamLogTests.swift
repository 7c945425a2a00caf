import MediaTypes
import Observability
import RTMPIngest
import Reactor
import Testing

@testable import podo

@Suite("The log of streams") struct StreamLogTests {
    private static func lines(_ what: PublishEvent.What, stream: String? = "main") -> [String] {
        let memory = LogMemory()
        let log = StreamLog(log: Log(level: .info, memory: memory))
        log.observe(PublishEvent(stream: stream, peer: .loopback(port: 7), what: what))
        return memory.lines
    }

    @Test("has a line of plain words for everything that happens")
    func events() {
        let refusal = ConfiguredStreamKeys.unknownKey
        let advice = StreamAdvice("no-keyframe", "No keyframe has come for 10 seconds.")
        let expected: [(PublishEvent.What, String)] = [
            (.started, "stream started"), (.stalled, "no picture and no sound has come"),
            (.resumed, "stream resumed"), (.stopped("finished"), "the publisher ended it"),
            (.refused(refusal), refusal.description), (.advice(advice), advice.sentence),
        ]
        for (what, words) in expected {
            let lines = Self.lines(what)
            #expect(lines.count == 1 && lines[0].contains(words) && lines[0].contains(#""stream":"main""#))
        }
        #expect(Self.lines(.refused(refusal), stream: nil)[0].contains(#""stream":"unknown""#))
    }

    @Test("names formats as people do")
    func formats() {
        var video = VideoFormat(codec: .h264, configuration: [])
        #expect(FormatLog.words(for: .video(video)) == "H.264 video")
        (video.width, video.height) = (1920, 1080)
        #expect(FormatLog.words(for: .video(video)) == "H.264 video, 1920×1080")
        var audio = AudioFormat(codec: .aac, configuration: [])
        (audio.sampleRate, audio.channelCount) = (48_000, 2)
        #expect(FormatLog.words(for: .audio(audio)) == "AAC audio, 48000 Hz, stereo")
    }
}
