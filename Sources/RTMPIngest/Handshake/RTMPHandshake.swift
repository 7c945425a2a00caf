package import Primitives

/// The plain handshake, until the whole one is there.
package struct RTMPHandshake: Sendable {
    private var received: [UInt8] = []

    package init(random: FastRandom) {}

    package mutating func next(
        _ input: borrowing RawSpan, _ offset: inout Int, _ output: inout [UInt8]
    ) throws(HandshakeError) -> Bool {
        while let byte = input.byte(at: offset) {
            if self.received.isEmpty, byte != 3 { throw byte == 0x16 ? .secureTransport : .version(byte) }
            self.received.append(byte)
            offset += 1
            if self.received.count == 1537 {
                output += [3] + [UInt8](repeating: 0, count: 1536) + self.received[1...]
            }
            if self.received.count == 1537 + 1536 { return true }
        }
        return false
    }
}
