import MediaTypes
import Primitives
import Testing

@testable import RTMPIngest

struct FormatGateTests {
    static func format(_ number: UInt8) -> TrackFormat { .audio(AudioFormat(codec: .aac, configuration: [number])) }

    @Test("A format is told once, before the next unit; the same again is no change")
    func once() {
        let now = MonotonicTime(nanoseconds: 0)
        var gate = FormatGate(limits: MediaLimits(), now: now)
        #expect(gate.pass(now: now) == .noFormat)
        gate.offer(Self.format(1))
        gate.offer(Self.format(2))
        #expect(gate.pass(now: now) == .tell(Self.format(2)))
        gate.offer(Self.format(2))
        #expect(gate.pass(now: now) == .open)
        gate.offer(Self.format(3))
        gate.offer(Self.format(2))
        #expect(gate.pass(now: now) == .open)
    }

    @Test("S-36 a format that changes with every unit is told eight times, then once in two seconds")
    func rate() {
        var now = MonotonicTime(nanoseconds: 0)
        var gate = FormatGate(limits: MediaLimits(), now: now)
        var tellCount = 0
        var closedCount = 0
        for number in 0..<1000 {
            gate.offer(Self.format(UInt8(truncatingIfNeeded: number)))
            switch gate.pass(now: now) {
            case .tell: tellCount += 1
            case .closed: closedCount += 1
            case .open, .noFormat: break
            }
            now = now + .milliseconds(20)
        }
        #expect(tellCount == 8 + 9)
        #expect(closedCount == 1000 - tellCount)
    }
}
