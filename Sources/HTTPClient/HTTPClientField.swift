/// One header field of a request or an answer; the name is in lower case.
package struct HTTPClientField: Equatable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// A lower-case token and a value that is not empty, without line breaks and other controls, without spaces at its
    /// ends: nothing in it can begin another field.
    var isSendable: Bool {
        guard !self.name.isEmpty, self.name.utf8.allSatisfy(Self.isLowerTokenByte) else { return false }
        guard let first = self.value.utf8.first, let last = self.value.utf8.last, first > 0x20, last > 0x20 else {
            return false
        }
        return self.value.utf8.allSatisfy(Self.isValueByte)
    }

    static func isLowerTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    static func isValueByte(_ byte: UInt8) -> Bool { (byte >= 0x20 && byte != 0x7f) || byte == 0x09 }
}
