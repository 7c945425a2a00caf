/// What a client would like to get, from its `accept…` fields (RFC 9110 §12.5). A value that does not parse counts
/// as not given.
package enum HTTPNegotiation {
    /// How many members of one field are looked at; what follows is ignored.
    static let memberCountMax = 32

    /// The weight in thousandths of the first name given in `names` that the field lists; nil when it lists none.
    /// Names are in lower case.
    static func weight(of names: [StaticString], in fields: HTTPFields, _ field: HTTPFieldName) -> Int? {
        for name in names {
            if let weight = self.weight(of: name, in: fields, field) { return weight }
        }
        return nil
    }

    static func weight(of name: StaticString, in fields: HTTPFields, _ field: HTTPFieldName) -> Int? {
        guard let entry = fields.firstEntry(field) else { return nil }
        let value = fields.wire.span.extracting(entry.value)
        var start = 0
        var seen = 0
        while start < value.count, seen < self.memberCountMax {
            let end = value.firstIndex(of: UInt8(ascii: ","), from: start) ?? value.count
            if let weight = self.weight(ofMember: value.extracting(start..<end), name) { return weight }
            start = end + 1
            seen += 1
        }
        return nil
    }

    static func acceptsGzip(_ fields: HTTPFields) -> Bool {
        let weight =
            self.weight(of: "gzip", in: fields, .acceptEncoding) ?? self.weight(of: "*", in: fields, .acceptEncoding)
        return (weight ?? 0) > 0
    }

    /// True for a browser's navigation: it lists `text/html` by name, and not below JSON.
    package static func prefersHTML(_ fields: HTTPFields) -> Bool {
        guard let html = self.weight(of: ["text/html"], in: fields, .accept), html > 0 else { return false }
        let json = self.weight(of: ["application/problem+json", "application/json"], in: fields, .accept) ?? 0
        return html > json
    }

    /// True for a program that lists `text/csv` by name, and not below JSON.
    static func prefersCSV(_ fields: HTTPFields) -> Bool {
        guard let csv = self.weight(of: ["text/csv"], in: fields, .accept), csv > 0 else { return false }
        return csv > self.weight(of: ["application/json"], in: fields, .accept) ?? 0
    }

    static func language(_ fields: HTTPFields) -> HTTPLanguage {
        let korean = self.weight(of: ["ko", "ko-kr"], in: fields, .acceptLanguage) ?? 0
        let english = self.weight(of: ["en", "en-us", "en-gb"], in: fields, .acceptLanguage) ?? 0
        return korean > english ? .korean : .english
    }

    /// The weight of `name;q=0.5` when it is this name; 1000 without a weight.
    private static func weight(ofMember member: Span<UInt8>, _ name: StaticString) -> Int? {
        let semicolon = UInt8(ascii: ";")
        var end = member.firstIndex(of: semicolon) ?? member.count
        guard member.extracting(HTTPText.trimmed(0..<end, of: member)).equalsIgnoringCase(name) else { return nil }
        while end < member.count {
            let start = end + 1
            end = member.firstIndex(of: semicolon, from: start) ?? member.count
            let parameter = member.extracting(HTTPText.trimmed(start..<end, of: member))
            if parameter.hasPrefixIgnoringCase("q=") { return self.thousandths(parameter.extracting(2...)) ?? 0 }
        }
        return 1000
    }

    /// `0`, `0.5`, `1.000`: at most three digits behind the point.
    private static func thousandths(_ text: Span<UInt8>) -> Int? {
        guard text.count >= 1, text.count <= 5, text[0] == UInt8(ascii: "0") || text[0] == UInt8(ascii: "1") else {
            return nil
        }
        var value = Int(text[0] - UInt8(ascii: "0")) * 1000
        guard text.count == 1 || text[1] == UInt8(ascii: ".") else { return nil }
        var unit = 100
        for index in 2..<max(text.count, 2) {
            guard HTTPCharacter.isDigit(text[index]) else { return nil }
            value += Int(text[index] - UInt8(ascii: "0")) * unit
            unit /= 10
        }
        return value <= 1000 ? value : nil
    }
}

extension HTTPRequest {
    /// Whether a body may come compressed by gzip.
    package var acceptsGzip: Bool { HTTPNegotiation.acceptsGzip(self.fields) }
}
