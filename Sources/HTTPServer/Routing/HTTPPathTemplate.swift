/// The path of a route, taken apart: `/concert/{id}/seat`, `/media/{path...}`.
struct HTTPPathTemplate {
    enum Segment: Equatable {
        case text([UInt8])
        case parameter(String)
        /// Takes what is left of the path, which may be nothing; last of its template.
        case rest(String)
    }

    let segments: [Segment]

    var parameterNames: [String] {
        self.segments.compactMap { segment in
            switch segment {
            case .text: nil
            case .parameter(let name), .rest(let name): name
            }
        }
    }

    /// Throws `.templateInvalid` with a short phrase.
    init(_ path: String) throws(HTTPRouteError.Code) {
        guard path.utf8.first == UInt8(ascii: "/") else { throw .templateInvalid("does not begin with a slash") }
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var segments: [Segment] = []
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            guard isLast || !part.isEmpty else { throw .templateInvalid("has an empty segment") }
            let segment = try Self.segment(part)
            if case .rest = segment, !isLast { throw .templateInvalid("goes on after {name...}") }
            segments.append(segment)
        }
        self.segments = segments
        let names = self.parameterNames
        guard names.count <= HTTPPathParameters.countMax else { throw .templateInvalid("has too many parameters") }
        guard Set(names).count == names.count else { throw .templateInvalid("names a parameter twice") }
        guard HTTPPathRule.accepts(Array(path.utf8.filter { $0 != 0x7b && $0 != 0x7d }).span) else {
            throw .templateInvalid("can be met by no request")
        }
    }

    private static func segment(_ part: Substring) throws(HTTPRouteError.Code) -> Segment {
        guard part.contains("{") || part.contains("}") else { return .text(Array(part.utf8)) }
        guard part.hasPrefix("{"), part.hasSuffix("}") else {
            throw .templateInvalid("mixes text and a parameter in one segment")
        }
        let inner = part.dropFirst().dropLast()
        let isRest = inner.hasSuffix("...")
        let name = isRest ? inner.dropLast(3) : inner
        let isNamed =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                HTTPCharacter.isTokenByte(byte) && (HTTPCharacter.isDigit(byte) || byte >= 0x41)
            }
        guard isNamed else { throw .templateInvalid("has a parameter without a proper name") }
        return isRest ? .rest(String(name)) : .parameter(String(name))
    }
}
