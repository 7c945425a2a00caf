internal import Primitives
internal import RTMPIngest

/// The handshake: however its bytes are cut, it answers alike, once, and takes no more than is its own.
package enum RTMPHandshakeProperty: FuzzProperty {
    package static let name = "rtmp-handshake"

    private static let packetByteCount = 1536

    package static func violation(of bytes: [UInt8]) -> String? {
        var cutter = InputCutter(seed: bytes)
        let whole = self.outcome(of: [bytes])
        let cut = self.outcome(of: cutter.cut(bytes))
        if whole != cut { return "whole bytes give \(whole), cut ones \(cut)" }
        let isAnswered = whole.error == nil && bytes.count >= 1 + self.packetByteCount
        let answerByteCount = isAnswered ? 1 + 2 * self.packetByteCount : 0
        if whole.output.count != answerByteCount { return "\(whole.output.count) bytes of answer" }
        if isAnswered, whole.output[0] != 3 { return "an answer of version \(whole.output[0])" }
        let byteCount = whole.error == nil ? min(bytes.count, 1 + 2 * self.packetByteCount) : 0
        if whole.takenByteCount != byteCount { return "\(whole.takenByteCount) bytes are taken" }
        return whole.isDone == (byteCount == 1 + 2 * self.packetByteCount) ? nil : "done: \(whole.isDone)"
    }

    private struct Outcome: Equatable {
        var output: [UInt8] = []
        var takenByteCount = 0
        var isDone = false
        var error: HandshakeError?
    }

    private static func outcome(of pieces: [[UInt8]]) -> Outcome {
        var handshake = RTMPHandshake(random: FastRandom(seed: 1))
        var outcome = Outcome()
        for piece in pieces where !outcome.isDone && outcome.error == nil {
            var offset = 0
            do throws(HandshakeError) {
                outcome.isDone = try handshake.next(piece.span.bytes, &offset, &outcome.output)
            } catch {
                outcome.error = error
            }
            outcome.takenByteCount += offset
        }
        return outcome
    }
}
