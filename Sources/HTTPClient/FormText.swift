internal import Primitives

/// Names and values as a query or a form body (`application/x-www-form-urlencoded`).
package enum FormText {
    package static func encode(_ pairs: [(name: String, value: String)]) -> String {
        pairs.map { "\(self.escape($0.name))=\(self.escape($0.value))" }.joined(separator: "&")
    }

    /// Everything but the unreserved characters of RFC 3986 §2.3 as `%XX`: good for a path segment too.
    package static func escape(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                for digit in [byte >> 4, byte & 15] {
                    bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
