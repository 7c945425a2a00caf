internal import Primitives

/// Lengths of time as playlists write them: seconds, to the nanosecond, with three to nine digits after the point.
///
/// Nothing is rounded. A part that is not longer than the part target is then not longer in print either, and any
/// number of EXTINFs adds up to the truth (RFC 8216bis §4.4.4.1, §4.4.4.9), however long the playlist.
enum PlaylistDuration {
    /// `nanoseconds` below zero are written as zero: playlists have no sign.
    static func append(_ nanoseconds: Int64, to bytes: inout [UInt8]) {
        let (seconds, rest) = UInt64(max(nanoseconds, 0)).quotientAndRemainder(dividingBy: 1_000_000_000)
        DecimalText.append(seconds, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        var (digits, unit) = (rest, UInt64(100_000_000))
        var count = 0
        while count < 3 || digits > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(digits / unit))
            digits %= unit
            unit = max(unit / 10, 1)
            count += 1
        }
    }
}
