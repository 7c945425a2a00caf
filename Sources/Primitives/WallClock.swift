internal import Glibc

/// A point in time as people and other machines write it: milliseconds since 1970, UTC. It may be set back or forth;
/// what measures or waits uses `MonotonicTime`.
package struct WallClock: Comparable, Hashable, Sendable {
    package var unixMilliseconds: Int64

    package init(unixMilliseconds: Int64) { self.unixMilliseconds = unixMilliseconds }

    package static var now: WallClock {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return WallClock(unixMilliseconds: Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000)
    }

    package var unixSeconds: Int { Int(self.unixMilliseconds / 1000) }

    package static func < (left: WallClock, right: WallClock) -> Bool {
        left.unixMilliseconds < right.unixMilliseconds
    }

    /// `2026-01-31T23:59:59.999Z`, 24 bytes. Years 1970 to 9999; a time outside is clamped to them.
    package func appendRFC3339(to bytes: inout [UInt8]) {
        let clamped = Int(min(max(self.unixMilliseconds, 0), 253_402_300_799_999))
        let (seconds, millisecond) = clamped.quotientAndRemainder(dividingBy: 1000)
        let (days, secondOfDay) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let date = CivilDate(daysSince1970: days)
        func add(_ value: Int, digitCount: Int, then separator: UInt8) {
            var unit = 1
            for _ in 1..<digitCount { unit *= 10 }
            while unit > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(value / unit % 10))
                unit /= 10
            }
            bytes.append(separator)
        }
        add(date.year, digitCount: 4, then: UInt8(ascii: "-"))
        add(date.month, digitCount: 2, then: UInt8(ascii: "-"))
        add(date.day, digitCount: 2, then: UInt8(ascii: "T"))
        add(secondOfDay / 3600, digitCount: 2, then: UInt8(ascii: ":"))
        add(secondOfDay / 60 % 60, digitCount: 2, then: UInt8(ascii: ":"))
        add(secondOfDay % 60, digitCount: 2, then: UInt8(ascii: "."))
        add(millisecond, digitCount: 3, then: UInt8(ascii: "Z"))
    }

    package var rfc3339: String {
        var bytes: [UInt8] = []
        self.appendRFC3339(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
