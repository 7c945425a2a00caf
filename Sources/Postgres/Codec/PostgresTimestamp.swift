package import Primitives

/// A point in time as the database keeps it (`timestamptz`): microseconds since the year 2000, UTC.
///
/// PostgreSQL's infinities are the least and the greatest number.
package struct PostgresTimestamp: Hashable, Comparable, Sendable {
    /// From 1970 to 2000.
    private static let epochMilliseconds: Int64 = 946_684_800_000

    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// Saturates: what is further away than 292,000 years is an infinity.
    package init(_ time: WallClock) {
        let (shifted, overflowed) = time.unixMilliseconds.subtractingReportingOverflow(Self.epochMilliseconds)
        let (product, overflowedAgain) = shifted.multipliedReportingOverflow(by: 1000)
        let isOutside = overflowed || overflowedAgain
        self.microseconds = isOutside ? (time.unixMilliseconds < 0 ? .min : .max) : product
    }

    /// Rounded down to the millisecond.
    package var wallClock: WallClock {
        let (quotient, remainder) = self.microseconds.quotientAndRemainder(dividingBy: 1000)
        return WallClock(unixMilliseconds: quotient - (remainder < 0 ? 1 : 0) + Self.epochMilliseconds)
    }

    package static func < (left: PostgresTimestamp, right: PostgresTimestamp) -> Bool {
        left.microseconds < right.microseconds
    }
}

extension PostgresTimestamp: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .timestamptz }
    package static var postgresArrayType: PostgresType { .timestamptzArray }

    package func encode(to bytes: inout [UInt8]) -> Bool {
        self.microseconds.appendBigEndian(to: &bytes)
        return true
    }

    package static func decode(
        _ bytes: borrowing RawSpan, type: PostgresType
    ) throws(PostgresError) -> PostgresTimestamp {
        guard type == .timestamptz || type == .timestamp, bytes.byteCount == 8,
            let bits = bytes.bigEndianUInt64(at: 0)
        else { throw .decoding }
        return PostgresTimestamp(microseconds: Int64(bitPattern: bits))
    }
}
