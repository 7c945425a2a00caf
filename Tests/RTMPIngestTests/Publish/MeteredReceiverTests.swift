import MediaTypes
import Primitives
import Reactor
import TestSupport
import Testing

@testable import RTMPIngest

@Suite("What goes to a receiver") struct MeteredReceiverTests {
    private static func metered(_ grant: PublishGrant, _ events: TestLog<String> = TestLog()) -> MeteredReceiver {
        let receiver = Desk.Receiver(stream: "main", events: events)
        return MeteredReceiver(receiver, grant: grant, now: MonotonicTime(nanoseconds: 0))
    }

    private static func send(_ receiver: MeteredReceiver, _ kind: MediaKind, byteCount: Int, at time: MonotonicTime) {
        receiver.now = time
        let unit = AccessUnit(track: TrackID(kind), decodeTime: .zero, isRandomAccess: true)
        receiver.receive(unit, payload: [UInt8](repeating: 0, count: byteCount).span.bytes)
    }

    @Test("is counted by kind, once")
    func counts() {
        let receiver = Self.metered(PublishGrant(stream: "main"))
        for byteCount in [10, 20] { Self.send(receiver, .video, byteCount: byteCount, at: receiver.now) }
        Self.send(receiver, .audio, byteCount: 5, at: receiver.now)
        let (video, audio) = receiver.takeCounts()
        #expect(video == MeteredReceiver.Counts(unitCount: 2, byteCount: 30))
        #expect(audio == MeteredReceiver.Counts(unitCount: 1, byteCount: 5))
        #expect(receiver.takeCounts().video == MeteredReceiver.Counts())
    }

    @Test("is held against the rates of the grant, and one excess is enough")
    func caps() {
        var grant = PublishGrant(stream: "main", framesPerSecondMax: 30)
        for (framesPerSecond, verdict) in [(25, RateCap.Verdict.within), (50, .exceededFrames)] {
            let receiver = Self.metered(grant)
            for index in 0..<(8 * framesPerSecond) {
                let time = MonotonicTime(nanoseconds: Int64(index) * 1_000_000_000 / Int64(framesPerSecond))
                Self.send(receiver, .video, byteCount: 10, at: time)
            }
            #expect(receiver.verdict == verdict)
        }
        grant.bitsPerSecondMax = 1000
        let receiver = Self.metered(grant)
        for second in 0..<8 {
            Self.send(receiver, .video, byteCount: 1000, at: MonotonicTime(nanoseconds: 0) + .seconds(Int64(second)))
        }
        #expect(receiver.verdict == .exceededBits)
    }
}
