import Observability
import Primitives
import Testing

struct TraceContextTests {
    private static let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("A valid traceparent is read and written back")
    func roundTrip() throws {
        let context = try #require(TraceContext(traceparent: Self.valid.utf8))
        #expect(context.traceHigh == 0x0AF7_6519_16CD_43DD && context.traceLow == 0x8448_EB21_1C80_319C)
        #expect(context.span == 0xB7AD_6B71_6920_3331 && context.isSampled)
        #expect(context.traceparent == Self.valid)
        #expect(context.traceID == "0af7651916cd43dd8448eb211c80319c")
    }

    @Test(
        "Flags other than sampled are ignored",
        arguments: [("00", false), ("01", true), ("02", false), ("03", true), ("ff", true), ("fe", false)])
    func flags(text: String, isSampled: Bool) throws {
        let context = try #require(TraceContext(traceparent: (Self.valid.dropLast(2) + text).utf8))
        #expect(context.isSampled == isSampled)
        #expect(context.traceparent.hasSuffix(isSampled ? "-01" : "-00"))
    }

    @Test("A later version may be longer after a dash, version 00 may not, version ff is none")
    func versions() {
        let rest = Self.valid.dropFirst(2)
        for (version, suffix, isValid) in [
            ("00", "", true), ("00", "-", false), ("00", "-00", false), ("01", "", true), ("cc", "-what-ever", true),
            ("cc", "-", true), ("cc", ".what", false), ("cc", "0", false), ("fe", "", true), ("ff", "", false),
        ] {
            let text = "\(version)\(rest)\(suffix)"
            #expect((TraceContext(traceparent: text.utf8) != nil) == isValid, "\(text)")
        }
    }

    @Test("Every shorter text is refused")
    func truncated() {
        for length in 0..<Self.valid.utf8.count {
            #expect(TraceContext(traceparent: Self.valid.utf8.prefix(length)) == nil)
        }
    }

    @Test("Any one byte that is not what belongs there is refused")
    func everyByte() {
        let bytes = Array(Self.valid.utf8)
        for index in bytes.indices {
            for wrong in Array("GAg _\0".utf8) + [0xFF] {
                var changed = bytes
                changed[index] = wrong
                #expect(TraceContext(traceparent: changed) == nil)
            }
        }
    }

    @Test(
        "Ids of zeros alone, upper case and surrounding spaces are refused",
        arguments: [
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
        ])
    func refused(text: String) {
        #expect(TraceContext(traceparent: text.utf8) == nil)
    }

    @Test("An id that is zero in one half is valid")
    func halfZero() {
        let text = "00-00000000000000000000000000000001-b7ad6b7169203331-00"
        #expect(TraceContext(traceparent: text.utf8)?.traceparent == text)
    }

    /// Gives nothing but zeros.
    private struct Zeros: RandomNumberGenerator {
        mutating func next() -> UInt64 { 0 }
    }

    @Test("A new context is valid whatever the generator gives, and its child has the trace and another span")
    func made() throws {
        var zeros = Zeros()
        let poor = TraceContext(random: &zeros)
        #expect(TraceContext(traceparent: poor.traceparent.utf8) == poor)
        #expect(TraceContext(traceparent: poor.child(random: &zeros).traceparent.utf8) != nil)
        var random = FastRandom(seed: 1)
        let parent = try #require(TraceContext(traceparent: Self.valid.utf8))
        let child = parent.child(random: &random)
        #expect(child.traceID == parent.traceID && child.span != parent.span && child.isSampled)
        #expect(TraceContext(random: &random) != TraceContext(random: &random))
    }
}
