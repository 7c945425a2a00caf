internal import HTTPServer

/// The token that a request brings, not yet looked at.
enum RequestCredential: Equatable {
    case none
    case bearer(ArraySlice<UInt8>)
    case cookie([UInt8])
    /// Two of them, or one that has not the form of RFC 6750 §2.1.
    case invalid

    /// A bearer token goes before a cookie and is never made up for by one. `authorization` of another scheme is
    /// somebody else's, such as a proxy's in front of us.
    init(_ fields: HTTPFields, isSecure: Bool) {
        var bearer: ArraySlice<UInt8>?
        for entry in fields.entries where fields.hasName(entry, .authorization) {
            let value = fields.wire[entry.value]
            guard Self.isBearer(value) else { continue }
            guard bearer == nil, value.count > Self.scheme.count + 1 else {
                self = .invalid
                return
            }
            bearer = value.dropFirst(Self.scheme.count + 1)
        }
        if let bearer {
            self = .bearer(bearer)
        } else if fields.contains(.cookie),
            let value = HTTPCookies(fields)[SessionCookie.name(isSecure: isSecure).description], !value.isEmpty
        {
            self = .cookie(Array(value.utf8))
        } else {
            self = .none
        }
    }

    private static let scheme = Array("bearer".utf8)

    /// Schemes are compared without regard to case (RFC 9110 §11.1).
    private static func isBearer(_ value: ArraySlice<UInt8>) -> Bool {
        let word = value.prefix { $0 != 0x20 }
        return word.count == Self.scheme.count
            && zip(word, Self.scheme).allSatisfy { HTTPCharacter.lowercased($0) == $1 }
    }
}
