/// What the first bytes of an Opus packet say (RFC 6716 §3).
package struct OpusPacket: Equatable, Sendable {
    /// At 48 kHz, of all frames in the packet.
    package var sampleCount: Int
    package var isStereo: Bool

    /// Nil for no bytes, or for more than the 120 ms that a packet may have.
    package init?(_ packet: borrowing RawSpan) { return nil }
}
