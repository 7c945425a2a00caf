package import Primitives

/// One event of a stream of events.
package struct ServerSentEvent: Sendable {
    /// What listeners tell events apart by; nil is `message`.
    package var name: String?
    package var data: String
    /// What a browser that lost the connection comes back with.
    package var id: String?
    /// How long a browser waits before it comes back, from now on.
    package var retry: TimeAmount?

    package init(_ data: String, name: String? = nil, id: String? = nil, retry: TimeAmount? = nil) {
        self.name = name
        self.data = data
        self.id = id
        self.retry = retry
    }

    /// Data of several lines becomes several `data` fields. Line ends in the name or id would begin fields of their
    /// own, and a NUL would void an id: such bytes are left out.
    package func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        if let name = self.name { Self.append("event: ", Self.line(name), to: &bytes) }
        if let id = self.id { Self.append("id: ", Self.line(id), to: &bytes) }
        if let retry = self.retry {
            Self.append("retry: ", Array(String(max(retry.milliseconds, 0)).utf8)[...], to: &bytes)
        }
        var rest = Array(self.data.utf8)[...]
        while true {
            let end = rest.firstIndex { $0 == 0x0a || $0 == 0x0d }
            Self.append("data: ", rest[..<(end ?? rest.endIndex)], to: &bytes)
            guard let end else { break }
            let isPair = rest[end] == 0x0d && end + 1 < rest.endIndex && rest[end + 1] == 0x0a
            rest = rest[(end + (isPair ? 2 : 1))...]
        }
        bytes.append(0x0a)
        return bytes
    }

    private static func line(_ text: String) -> ArraySlice<UInt8> {
        text.utf8.filter { $0 != 0x0a && $0 != 0x0d && $0 != 0 }[...]
    }

    private static func append(_ name: StaticString, _ value: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: value)
        bytes.append(0x0a)
    }
}
