internal import HTTPServer
internal import Observability

/// The small readers of text that a client sends: none traps, and none makes more of it than it may.
///
/// The first byte chooses the reader, `0` the first of them; the rest is what it reads. Readers of several fields
/// get them as lines.
package enum HTTPTextProperty: FuzzProperty {
    package static let name = "httptext"

    package static func violation(of bytes: [UInt8]) -> String? {
        guard let first = bytes.first else { return nil }
        let readers = Self.readers
        return readers[Int(first &- UInt8(ascii: "0")) % readers.count](bytes[1...])
    }

    private typealias Reader = @Sendable (ArraySlice<UInt8>) -> String?

    /// Seeds count on the order.
    private static let readers: [Reader] = [
        Self.range, Self.entityTags, Self.conditions, Self.negotiation, Self.cookies, Self.query, Self.target,
        Self.date,
        Self.trace, Self.authority,
    ]

    // MARK: Readers of one text

    private static func entityTags(_ text: ArraySlice<UInt8>) -> String? {
        for tag in ["\"a\"", "W/\"a\"", "\"\"", ""] {
            let tag = Array(tag.utf8)[...]
            let isNamed = HTTPEntityTag.list(text, names: tag, weakly: false)
            if isNamed, !HTTPEntityTag.list(text, names: tag, weakly: true) { return "a strong match is no weak one" }
        }
        return nil
    }

    private static func query(_ text: ArraySlice<UInt8>) -> String? {
        guard case .success(let query) = Result(catching: { () throws(HTTPProblem) in try HTTPQuery(text) }) else {
            return nil
        }
        if query.count > HTTPQuery.pairCountMax { return "\(query.count) pairs" }
        for value in query.all("a") where value.utf8.contains(0) || value.utf8.count > text.count {
            return "a value of \(value.utf8.count) bytes"
        }
        return nil
    }

    private static func date(_ text: ArraySlice<UInt8>) -> String? {
        guard let seconds = HTTPDate.unixSeconds(text) else { return nil }
        // The last leap second of the year 9999, written as the 31st of a shorter month or not.
        if seconds < 0 || seconds > 253_402_300_800 { return "\(seconds) seconds since 1970" }
        return HTTPDate.unixSeconds(HTTPDate.bytes(unixSeconds: seconds)[...]) == min(seconds, 253_402_300_799)
            ? nil : "\(seconds) is written as another time"
    }

    private static func trace(_ text: ArraySlice<UInt8>) -> String? {
        guard let trace = TraceContext(traceparent: text) else { return nil }
        return TraceContext(traceparent: trace.traceparent.utf8) == trace ? nil : "another trace when read again"
    }

    private static func authority(_ text: ArraySlice<UInt8>) -> String? {
        guard HTTPAuthority.isValid(Array(text).span) else { return nil }
        let isVisible = text.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "@") }
        return isVisible ? nil : "an authority with a byte that ends it elsewhere"
    }
}
