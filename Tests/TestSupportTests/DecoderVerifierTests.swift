import TestSupport
import Testing

/// A decoder of messages with a length before them, right or broken in one of the ways decoders are.
private struct LengthDecoder {
    enum Fault {
        case none, forgetsBetweenChunks, stopsAfterOneMessage, throwsWhenMoreIsNeeded, answersTooEarly
        case ignoresTheLimit, refusesTooLate
    }

    enum Failure: Error { case tooLong, underflow }

    static let lengthMax: UInt8 = 10

    let fault: Fault

    func decode(_ chunks: [[UInt8]]) throws -> [[UInt8]] {
        var held: [UInt8] = []
        var messages: [[UInt8]] = []
        for chunk in chunks {
            held = self.fault == .forgetsBetweenChunks ? chunk : held + chunk
            while let length = held.first {
                if self.fault != .refusesTooLate { try self.check(length) }
                let isComplete = held.count > Int(length)
                if !isComplete, self.fault == .throwsWhenMoreIsNeeded { throw Failure.underflow }
                guard isComplete || self.fault == .answersTooEarly else { break }
                try self.check(length)
                messages.append(Array(held.dropFirst().prefix(Int(length))))
                held.removeFirst(min(Int(length) + 1, held.count))
                if self.fault == .stopsAfterOneMessage { return messages }
            }
        }
        return messages
    }

    private func check(_ length: UInt8) throws {
        if length > Self.lengthMax, self.fault != .ignoresTheLimit { throw Failure.tooLong }
    }
}

struct DecoderVerifierTests {
    private static let message: [UInt8] = [3, 7, 8, 9]

    private func violations(_ fault: LengthDecoder.Fault) -> [String] {
        DecoderVerifier(LengthDecoder(fault: fault).decode)
            .violations(of: Self.message, decodingTo: [Array(Self.message.dropFirst())])
    }

    private func limitViolations(_ fault: LengthDecoder.Fault) -> [String] {
        let tooLong = [LengthDecoder.lengthMax + 1] + [UInt8](repeating: 1, count: Int(LengthDecoder.lengthMax) + 1)
        return DecoderVerifier(LengthDecoder(fault: fault).decode)
            .violations(ofRefusing: tooLong, within: 1) { $0 as? LengthDecoder.Failure == .tooLong }
    }

    @Test("A right decoder has no violations")
    func right() {
        #expect(self.violations(.none) == [])
        #expect(self.limitViolations(.none) == [])
    }

    @Test("A decoder that forgets what came before is caught byte by byte and at splits")
    func forgets() {
        let found = self.violations(.forgetsBetweenChunks)
        #expect(found.contains { $0.hasPrefix("byte by byte") })
        #expect(found.contains { $0.hasPrefix("split at 1") })
    }

    @Test("A decoder that takes one message only is caught when several come at once")
    func stops() {
        let found = self.violations(.stopsAfterOneMessage)
        #expect(found.map { $0.prefix(9) } == ["3 at once"])
    }

    @Test("A decoder that throws for want of more is caught by truncation")
    func throwsTooSoon() {
        #expect(self.violations(.throwsWhenMoreIsNeeded).contains { $0.hasPrefix("truncated to 1: threw") })
    }

    @Test("A decoder that answers before the message is complete is caught by truncation")
    func answersTooEarly() {
        #expect(self.violations(.answersTooEarly).contains { $0.hasPrefix("truncated to 2: decoded") })
    }

    @Test("A decoder that ignores its limit is caught")
    func ignoresTheLimit() {
        #expect(self.limitViolations(.ignoresTheLimit).contains { $0.hasPrefix("whole: not refused") })
    }

    @Test("A decoder that gathers everything before it refuses is caught")
    func refusesTooLate() {
        #expect(self.limitViolations(.refusesTooLate).map { $0.prefix(5) } == ["early"])
    }
}
