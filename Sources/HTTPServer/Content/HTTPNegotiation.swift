internal import Primitives

/// What a client would like to get, from its `accept…` fields (RFC 9110 §12.5). A value that does not parse counts
/// as not given.
enum HTTPNegotiation {
    /// How many members of one field are looked at; what follows is ignored.
    static let memberCountMax = 32

    /// The weight in thousandths of the first name given in `names` that the field lists; nil when it lists none.
    /// Names are in lower case.
    static func weight(of names: [StaticString], in fields: HTTPFields, _ field: HTTPFieldName) -> Int? {
        guard let value = fields.bytes(field) else { return nil }
        for name in names {
            var rest = value
            var seen = 0
            while !rest.isEmpty, seen < self.memberCountMax {
                let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
                if let weight = self.weight(ofMember: rest[..<end], name) { return weight }
                rest = end < rest.endIndex ? rest[(end + 1)...] : []
                seen += 1
            }
        }
        return nil
    }

    static func acceptsGzip(_ fields: HTTPFields) -> Bool {
        (self.weight(of: ["gzip", "x-gzip", "*"], in: fields, .acceptEncoding) ?? 0) > 0
    }

    /// True for a browser's navigation: it lists `text/html` by name, and not below JSON.
    static func prefersHTML(_ fields: HTTPFields) -> Bool {
        guard let html = self.weight(of: ["text/html"], in: fields, .accept), html > 0 else { return false }
        let json = self.weight(of: ["application/problem+json", "application/json"], in: fields, .accept) ?? 0
        return html > json
    }

    static func language(_ fields: HTTPFields) -> HTTPLanguage {
        let korean = self.weight(of: ["ko", "ko-kr"], in: fields, .acceptLanguage) ?? 0
        let english = self.weight(of: ["en", "en-us", "en-gb"], in: fields, .acceptLanguage) ?? 0
        return korean > english ? .korean : .english
    }

    /// The weight of `name;q=0.5` when it is this name; 1000 without a weight.
    private static func weight(ofMember member: ArraySlice<UInt8>, _ name: StaticString) -> Int? {
        let parts = member.split(separator: UInt8(ascii: ";"), maxSplits: 8)
        guard let first = parts.first.map(HTTPText.trimmed), HTTPText.equals(first, name) else { return nil }
        for part in parts.dropFirst() {
            let parameter = HTTPText.trimmed(part)
            guard parameter.count > 2, parameter.first.map({ $0 | 0x20 }) == UInt8(ascii: "q"),
                parameter.dropFirst().first == UInt8(ascii: "=")
            else { continue }
            return self.thousandths(parameter.dropFirst(2)) ?? 0
        }
        return 1000
    }

    /// `0`, `0.5`, `1.000`: at most three digits behind the point.
    private static func thousandths(_ text: ArraySlice<UInt8>) -> Int? {
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = DecimalText.parse(parts[0]), whole <= 1 else { return nil }
        guard parts.count == 2, !parts[1].isEmpty else { return whole * 1000 }
        guard parts[1].count <= 3, var fraction = DecimalText.parse(parts[1]) else { return nil }
        for _ in parts[1].count..<3 { fraction *= 10 }
        return min(whole * 1000 + fraction, 1000)
    }
}
