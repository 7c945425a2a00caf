internal import Primitives

/// The delivery directives of a playlist request's query (RFC 8216bis §6.2.5), as they were spelled.
///
/// Everything else in the query is ignored, unknown directives too. What is wrong with a directive is found when the
/// answer is decided, because a playlist that has ended ignores them all.
package struct PlaylistRequest: Equatable, Sendable {
    /// A directive's number.
    package enum Number: Equatable, Sendable {
        case absent
        case value(Int)
        /// More than `Int` holds: beyond anything that exists.
        case tooLarge
        /// Given twice, or no number.
        case malformed
    }

    package private(set) var sequence = Number.absent
    package private(set) var part = Number.absent
    /// A delta update is wanted, of whichever version: without EXT-X-DATERANGE they are the same.
    package private(set) var wantsDelta = false

    /// Without directives: the playlist as it is.
    package init() {}

    /// `query` as it came, without the question mark. Its length is bounded by whoever read the request.
    package init(query: ArraySlice<UInt8>) {
        var rest = query
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
            let pair = rest[..<end]
            rest = end < rest.endIndex ? rest[(end + 1)...] : []
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let (name, value) = (pair[..<equals], pair[(equals + 1)...])
            if MediaName.equals(name, "_HLS_msn") {
                self.sequence = Self.number(value, after: self.sequence)
            } else if MediaName.equals(name, "_HLS_part") {
                self.part = Self.number(value, after: self.part)
            } else if MediaName.equals(name, "_HLS_skip") {
                self.wantsDelta = MediaName.equals(value, "YES") || MediaName.equals(value, "v2")
            }
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>, after earlier: Number) -> Number {
        guard earlier == .absent, !digits.isEmpty else { return .malformed }
        guard digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return .malformed }
        return DecimalText.parse(digits).map(Number.value) ?? .tooLarge
    }
}
