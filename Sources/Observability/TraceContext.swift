/// The position of a piece of work in a distributed trace (W3C Trace Context, `traceparent`).
package struct TraceContext: Sendable, Equatable {
    package let traceHigh: UInt64
    package let traceLow: UInt64
    package let span: UInt64
    package let isSampled: Bool

    /// Parses a `traceparent` value; nil when it is not a valid one.
    package init?(traceparent: some Collection<UInt8>) { return nil }

    /// A new trace.
    package init(random: inout some RandomNumberGenerator) {
        self.traceHigh = random.next()
        self.traceLow = random.next()
        self.span = random.next()
        self.isSampled = false
    }

    /// The same trace with a span id of our own.
    package func child(random: inout some RandomNumberGenerator) -> TraceContext { self }

    /// `00-<trace>-<span>-<flags>`
    package var traceparent: String { "" }
    /// 32 hexadecimal digits: the id of the trace, which Podo also uses as the request id.
    package var traceID: String { "" }
}
