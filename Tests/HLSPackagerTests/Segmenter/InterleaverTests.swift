import MediaTypes
import Primitives
import Testing

@testable import HLSPackager

@Suite("Interleaver")
struct InterleaverTests {
    private func held(_ start: Int64, _ duration: Int64, byteCount: Int = 0) -> HeldSample {
        HeldSample(
            sample: Sample(
                trackIndex: 0, decodeTicks: start, presentationOffsetTicks: 0, durationTicks: 1, isRandomAccess: true),
            start: start * 1_000_000, end: (start + duration) * 1_000_000,
            arrival: MonotonicTime(nanoseconds: 0), bytes: [UInt8](repeating: 0, count: byteCount))
    }

    private func drain(_ interleaver: inout Interleaver, isLast: Bool = false) -> [String] {
        var names: [String] = []
        while let (held, kind) = interleaver.next(isLast: isLast) {
            names.append("\(kind == .video ? "v" : "a")\(held.sample.decodeTicks)")
        }
        return names
    }

    @Test("Samples go on in order, as soon as none can come before them")
    func order() {
        var interleaver = Interleaver(hasVideo: true, hasAudio: true, limits: HLSLimits())
        interleaver.expect(.video, from: 0)
        interleaver.add(self.held(0, 20), .audio)
        interleaver.add(self.held(20, 20), .audio)
        #expect(self.drain(&interleaver) == [])
        interleaver.add(self.held(0, 30), .video)
        #expect(self.drain(&interleaver) == ["v0", "a0", "a20"])
        interleaver.add(self.held(30, 30), .video)
        #expect(self.drain(&interleaver) == ["v30"])
        interleaver.add(self.held(60, 30), .video)
        #expect(self.drain(&interleaver) == [])
        #expect(self.drain(&interleaver, isLast: true) == ["v60"])
    }

    @Test("A track that stays away is waited for once, and again when it has caught up")
    func away() {
        var interleaver = Interleaver(hasVideo: true, hasAudio: true, limits: HLSLimits())
        interleaver.add(self.held(0, 40), .audio)
        for number in 0..<8 as Range<Int64> { interleaver.add(self.held(number * 40, 40), .video) }
        #expect(self.drain(&interleaver).count == 9)
        interleaver.add(self.held(320, 40), .video)
        #expect(self.drain(&interleaver) == ["v320"])
        interleaver.add(self.held(40, 40), .audio)
        interleaver.add(self.held(360, 40), .video)
        #expect(self.drain(&interleaver) == ["a40", "v360"])
        interleaver.add(self.held(400, 20), .audio)
        interleaver.add(self.held(400, 40), .video)
        interleaver.add(self.held(440, 40), .video)
        #expect(self.drain(&interleaver) == ["v400", "a400"])
    }

    @Test("The last picture before a jump ahead comes before the sound after it")
    func jump() {
        var interleaver = Interleaver(hasVideo: true, hasAudio: true, limits: HLSLimits())
        interleaver.add(self.held(0, 40), .video)
        interleaver.add(self.held(0, 40), .audio)
        #expect(self.drain(&interleaver) == ["v0", "a0"])
        // The next picture has begun at 40; what it lasts is told by the one after it.
        interleaver.expect(.video, from: 40)
        interleaver.add(self.held(1500, 40), .audio)
        #expect(self.drain(&interleaver) == [])
        interleaver.add(self.held(40, 1460), .video)
        #expect(self.drain(&interleaver) == ["v40"])
        // One that stays away is still waited for by no more than so much sound, however often that jumps.
        for number in 0..<4 as Range<Int64> {
            #expect(self.drain(&interleaver) == [])
            interleaver.add(self.held(3000 + number * 100, 40), .audio)
        }
        #expect(self.drain(&interleaver) == ["a1500", "a3000", "a3100", "a3200", "a3300"])
        interleaver.expect(.video, from: 3400)
        interleaver.add(self.held(6000, 40), .audio)
        interleaver.add(self.held(9000, 40), .audio)
        #expect(self.drain(&interleaver) == ["a6000", "a9000"])
    }

    @Test("Pictures that come back are waited for again, though each comes only with the next")
    func back() {
        var interleaver = Interleaver(hasVideo: true, hasAudio: true, limits: HLSLimits())
        interleaver.expect(.video, from: 0)
        for number in 0..<50 as Range<Int64> { interleaver.add(self.held(number * 20, 20), .audio) }
        #expect(self.drain(&interleaver).count == 50)
        // The first picture is there, its duration not yet.
        interleaver.expect(.video, from: 1_000_000_000)
        interleaver.add(self.held(1000, 20), .audio)
        interleaver.add(self.held(1020, 20), .audio)
        #expect(self.drain(&interleaver) == [])
        interleaver.add(self.held(1000, 40), .video)
        interleaver.expect(.video, from: 1_040_000_000)
        #expect(self.drain(&interleaver) == ["v1000", "a1000", "a1020"])
    }

    @Test("What is held is bounded in bytes")
    func bound() {
        var limits = HLSLimits()
        limits.heldByteCountMax = 1000
        var interleaver = Interleaver(hasVideo: true, hasAudio: true, limits: limits)
        interleaver.add(self.held(0, 1, byteCount: 600), .video)
        #expect(self.drain(&interleaver) == [])
        interleaver.add(self.held(1, 1, byteCount: 600), .video)
        #expect(self.drain(&interleaver) == ["v0", "v1"])
    }
}
