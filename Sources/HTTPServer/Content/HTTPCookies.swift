/// The cookies of a request (RFC 6265 §4.2), as they stand: values are opaque and not decoded.
package struct HTTPCookies: Sendable {
    /// Further cookies are not looked at.
    package static let countMax = 64

    private var pairs: [(name: String, value: String)] = []

    /// HTTP/2 may send one field per cookie.
    package init(_ fields: HTTPFields) {
        for value in fields.all(.cookie) {
            for part in value.utf8.split(separator: UInt8(ascii: ";")) where self.pairs.count < Self.countMax {
                let trimmed = HTTPText.trimmed(Array(part)[...])
                guard let equals = trimmed.firstIndex(of: UInt8(ascii: "=")), equals > trimmed.startIndex else {
                    continue
                }
                var value = trimmed[(equals + 1)...]
                let quote = UInt8(ascii: "\"")
                if value.count >= 2, value.first == quote, value.last == quote { value = value.dropFirst().dropLast() }
                self.pairs.append(
                    (
                        String(decoding: trimmed[..<equals], as: UTF8.self),
                        String(decoding: value, as: UTF8.self)
                    ))
            }
        }
    }

    /// Nil without one, and when it comes more than once: another site on a parent domain may have set the other,
    /// and the order says nothing. Names are compared byte for byte; comparing strings would normalise a peer's.
    package subscript(_ name: String) -> String? {
        let values = self.pairs.filter { $0.name.utf8.elementsEqual(name.utf8) }
        return values.count == 1 ? values.first?.value : nil
    }
}
