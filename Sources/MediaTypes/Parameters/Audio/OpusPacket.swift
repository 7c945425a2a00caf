internal import Primitives

/// What the first bytes of an Opus packet say (RFC 6716 §3).
package struct OpusPacket: Equatable, Sendable {
    /// At 48 kHz, of all frames in the packet.
    package private(set) var sampleCount: Int
    package private(set) var isStereo: Bool

    package static let sampleRate = 48_000

    /// Nil for no bytes, and for no frames or more than the 120 ms that a packet may have.
    package init?(_ packet: borrowing RawSpan) {
        guard let head = packet.byte(at: 0) else { return nil }
        let frameCount: Int
        switch head & 3 {
        case 0: frameCount = 1
        case 1, 2: frameCount = 2
        default:
            guard let count = packet.byte(at: 1) else { return nil }
            frameCount = Int(count & 0x3f)
        }
        self.sampleCount = Self.samplesPerFrame(configuration: Int(head >> 3)) &* frameCount
        self.isStereo = head & 4 != 0
        guard self.sampleCount > 0, self.sampleCount <= Self.sampleCountMax else { return nil }
    }

    /// 120 ms.
    private static let sampleCountMax = 5760

    /// SILK, hybrid and CELT have their own durations (RFC 6716 table 2).
    private static func samplesPerFrame(configuration: Int) -> Int {
        switch configuration {
        case 0..<12: [480, 960, 1920, 2880][configuration & 3]
        case 12..<16: [480, 960][configuration & 1]
        default: [120, 240, 480, 960][configuration & 3]
        }
    }
}
