internal import Primitives

/// The position of a piece of work in a distributed trace (W3C Trace Context, `traceparent`).
package struct TraceContext: Sendable, Equatable {
    package let traceHigh: UInt64
    package let traceLow: UInt64
    package let span: UInt64
    package let isSampled: Bool

    /// `00-<32 digits>-<16 digits>-<2 digits>`
    private static let byteCount = 55

    private init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.isSampled = isSampled
    }

    /// Parses a `traceparent` value; nil when it is not a valid one.
    ///
    /// Version 00 has exactly 55 bytes. A later version may go on after a dash, and what is known is read (§4.3).
    /// Flags other than "sampled" are ignored. Work is bounded: what follows the 56th byte is not looked at.
    package init?(traceparent: some Collection<UInt8>) {
        let bytes = Array(traceparent.prefix(Self.byteCount + 1))
        let dash = UInt8(ascii: "-")
        guard bytes.count >= Self.byteCount, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = HexText.parse(bytes[0..<2]), version != 0xFF,
            let traceHigh = HexText.parse(bytes[3..<19]), let traceLow = HexText.parse(bytes[19..<35]),
            let span = HexText.parse(bytes[36..<52]), let flags = HexText.parse(bytes[53..<55]),
            traceHigh | traceLow != 0, span != 0
        else { return nil }
        if bytes.count > Self.byteCount, version == 0 || bytes[Self.byteCount] != dash { return nil }
        self.init(traceHigh: traceHigh, traceLow: traceLow, span: span, isSampled: flags & 1 == 1)
    }

    /// A new trace. Its ids are not zero, whatever the generator gives.
    package init(random: inout some RandomNumberGenerator) {
        self.init(
            traceHigh: random.next(), traceLow: max(1, random.next()), span: max(1, random.next()), isSampled: false)
    }

    /// The same trace with a span id of our own.
    package func child(random: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(
            traceHigh: self.traceHigh, traceLow: self.traceLow, span: max(1, random.next()), isSampled: self.isSampled)
    }

    /// `00-<trace>-<span>-<flags>`
    package var traceparent: String {
        var bytes = Array("00-".utf8)
        bytes.reserveCapacity(Self.byteCount)
        self.appendTraceID(to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        HexText.append(self.span, to: &bytes)
        bytes.append(contentsOf: (self.isSampled ? "-01" : "-00").utf8)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// 32 hexadecimal digits: the id of the trace, which Podo also uses as the request id.
    package var traceID: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        self.appendTraceID(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The digits of `traceID`, without making a `String`.
    package func appendTraceID(to bytes: inout [UInt8]) {
        HexText.append(self.traceHigh, to: &bytes)
        HexText.append(self.traceLow, to: &bytes)
    }
}
