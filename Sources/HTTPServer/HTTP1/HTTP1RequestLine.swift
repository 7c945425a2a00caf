internal import Primitives

/// A request line taken apart: `method SP target SP version`, with exactly these two spaces.
struct HTTP1RequestLine {
    var method: HTTPMethod
    var version: HTTPVersion
    /// In origin form, whatever form it came in.
    var target: [UInt8]
    var pathCount: Int
    var authority: [UInt8]?

    init(_ line: Span<UInt8>) throws(HTTP1Error) {
        guard let methodEnd = line.firstIndex(of: UInt8(ascii: " ")),
            let targetEnd = line.firstIndex(of: UInt8(ascii: " "), from: methodEnd + 1)
        else { throw HTTP1Error(.badRequest, "request-line-malformed") }
        self.version = try Self.version(line.extracting((targetEnd + 1)...))
        self.method = try Self.method(line.extracting(0..<methodEnd))
        self.target = []
        self.pathCount = 0
        try self.readTarget(line.extracting(methodEnd + 1..<targetEnd))
    }

    private static func version(_ text: Span<UInt8>) throws(HTTP1Error) -> HTTPVersion {
        guard text.count == 8, text.hasPrefix("HTTP/"), HTTPCharacter.isDigit(text[5]), text[6] == UInt8(ascii: "."),
            HTTPCharacter.isDigit(text[7])
        else { throw HTTP1Error(.badRequest, "version-malformed") }
        switch (text[5], text[7]) {
        case (UInt8(ascii: "1"), UInt8(ascii: "1")): return .http1_1
        case (UInt8(ascii: "1"), UInt8(ascii: "0")): return .http1_0
        default: throw HTTP1Error(.versionNotSupported, "version-unsupported")
        }
    }

    /// Methods are case-sensitive; a legal one that nobody here knows is 501, an illegal one 400.
    private static func method(_ text: Span<UInt8>) throws(HTTP1Error) -> HTTPMethod {
        for method in HTTPMethod.allCases where text.equals(method.name) { return method }
        guard !text.isEmpty, text.indices.allSatisfy({ HTTPCharacter.isTokenByte(text[$0]) }) else {
            throw HTTP1Error(.badRequest, "method-malformed")
        }
        throw HTTP1Error(.notImplemented, "method-unknown")
    }

    private mutating func readTarget(_ text: Span<UInt8>) throws(HTTP1Error) {
        guard !text.isEmpty else { throw HTTP1Error(.badRequest, "target-malformed") }
        if self.method == .connect { throw HTTP1Error(.methodNotAllowed, "connect-refused") }
        if text[0] == UInt8(ascii: "/") {
            try self.readOriginForm(text)
        } else if text.count == 1, text[0] == UInt8(ascii: "*"), self.method == .options {
            self.target = [UInt8(ascii: "*")]
            self.pathCount = 1
        } else {
            try self.readAbsoluteForm(text)
        }
    }

    private mutating func readOriginForm(_ text: Span<UInt8>) throws(HTTP1Error) {
        var isLegal = true
        var pathCount = text.count
        self.target.append(addingCapacity: text.count) { target in
            for index in text.indices {
                let byte = text[index]
                isLegal = isLegal && HTTPCharacter.isTargetByte(byte)
                if byte == UInt8(ascii: "?"), pathCount == text.count { pathCount = index }
                target.append(byte)
            }
        }
        guard isLegal else { throw HTTP1Error(.badRequest, "target-illegal-byte") }
        self.pathCount = pathCount
    }

    /// `http://authority/path`, as proxies send it.
    private mutating func readAbsoluteForm(_ text: Span<UInt8>) throws(HTTP1Error) {
        let start: Int
        if text.hasPrefixIgnoringCase("http://") {
            start = 7
        } else if text.hasPrefixIgnoringCase("https://") {
            start = 8
        } else {
            throw HTTP1Error(.badRequest, "target-malformed")
        }
        var end = start
        while end < text.count, text[end] != UInt8(ascii: "/"), text[end] != UInt8(ascii: "?") { end += 1 }
        guard HTTPAuthority.isValid(text.extracting(start..<end)) else {
            throw HTTP1Error(.badRequest, "target-malformed")
        }
        self.authority = [UInt8](copying: text.extracting(start..<end))
        if end < text.count, text[end] == UInt8(ascii: "/") {
            try self.readOriginForm(text.extracting(end...))
        } else {
            // An empty path means the root (RFC 9110 §4.2.3).
            var rooted: [UInt8] = [UInt8(ascii: "/")]
            rooted.append(copying: text.extracting(end...))
            try self.readOriginForm(rooted.span)
        }
    }
}
