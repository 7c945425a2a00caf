internal import Primitives

/// What a `range` field asks of a body of known size (RFC 9110 §14).
enum HTTPByteRange: Equatable {
    /// The whole body: no range, several, another unit, or one that does not parse.
    case whole
    case part(Range<Int>)
    case unsatisfiable

    init(_ value: ArraySlice<UInt8>, bodyByteCount: Int) {
        self = Self.parse(HTTPText.trimmed(value), bodyByteCount)
    }

    private static func parse(_ value: ArraySlice<UInt8>, _ count: Int) -> HTTPByteRange {
        guard HTTPText.hasPrefix(value, "bytes=") else { return .whole }
        let spec = HTTPText.trimmed(value.dropFirst(6))
        guard let dash = spec.firstIndex(of: UInt8(ascii: "-")) else { return .whole }
        let (firstText, lastText) = (spec[..<dash], spec[(dash + 1)...])
        if firstText.isEmpty {
            guard let suffix = DecimalText.parse(lastText) else { return .whole }
            return suffix == 0 || count == 0 ? .unsatisfiable : .part(max(count - suffix, 0)..<count)
        }
        guard let first = DecimalText.parse(firstText) else { return .whole }
        guard !lastText.isEmpty else { return first < count ? .part(first..<count) : .unsatisfiable }
        guard let last = DecimalText.parse(lastText), last >= first else { return .whole }
        return first < count ? .part(first..<(min(last, count - 1) + 1)) : .unsatisfiable
    }
}
