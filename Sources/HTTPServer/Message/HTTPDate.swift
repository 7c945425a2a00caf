internal import Glibc
package import Primitives

/// The `date` field of responses, rendered once a second per loop instead of once per response.
package final class HTTPDateCache {
    /// IMF-fixdate, 29 bytes: `Sun, 06 Nov 1994 08:49:37 GMT`.
    @exclusivity(unchecked) package private(set) var text: [UInt8]
    private var unixSeconds: Int
    @exclusivity(unchecked) private var nextLook = MonotonicTime(nanoseconds: 0)

    /// How long the wall clock is not looked at again.
    private static let lookInterval = TimeAmount.milliseconds(100)

    package init(unixSeconds: Int) {
        self.unixSeconds = unixSeconds
        self.text = HTTPDate.bytes(unixSeconds: unixSeconds)
    }

    /// Looks at the wall clock if it was not looked at just now.
    package func refresh(now: MonotonicTime) {
        guard now >= self.nextLook else { return }
        self.nextLook = now + Self.lookInterval
        self.refresh(unixSeconds: time(nil))
    }

    package func refresh(unixSeconds: Int) {
        guard unixSeconds != self.unixSeconds else { return }
        self.unixSeconds = unixSeconds
        self.text = HTTPDate.bytes(unixSeconds: unixSeconds)
    }
}

/// Dates as RFC 9110 §5.6.7 writes them.
package enum HTTPDate {
    private static let weekdays: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Years 1970 to 9999; a time outside is clamped to them.
    package static func bytes(unixSeconds: Int) -> [UInt8] {
        let seconds = min(max(unixSeconds, 0), 253_402_300_799)
        let (days, secondOfDay) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let date = CivilDate(daysSince1970: days)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(29)
        func add(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }
        func addTwoDigits(_ value: Int) {
            bytes.append(UInt8(ascii: "0") + UInt8(value / 10 % 10))
            bytes.append(UInt8(ascii: "0") + UInt8(value % 10))
        }
        add(self.weekdays[(days + 4) % 7])
        add(", ")
        addTwoDigits(date.day)
        add(" ")
        add(self.months[date.month - 1])
        add(" ")
        addTwoDigits(date.year / 100)
        addTwoDigits(date.year % 100)
        add(" ")
        addTwoDigits(secondOfDay / 3600)
        add(":")
        addTwoDigits(secondOfDay / 60 % 60)
        add(":")
        addTwoDigits(secondOfDay % 60)
        add(" GMT")
        return bytes
    }
}
