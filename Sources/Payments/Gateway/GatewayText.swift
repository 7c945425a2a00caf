internal import Primitives

/// Texts on the way to a company.
enum GatewayText {
    /// With padding, as HTTP's Basic scheme has it (RFC 7617 §2).
    static func base64(_ text: String) -> String {
        let encoded = Base64Text.plain.encode(Array(text.utf8))
        return String(decoding: encoded, as: UTF8.self) + String(repeating: "=", count: (4 - encoded.count % 4) % 4)
    }

    /// At most so many characters as people count them in code: Unicode scalars.
    static func prefix(_ text: String, _ lengthMax: Int) -> String {
        guard text.unicodeScalars.count > lengthMax else { return text }
        var short = String.UnicodeScalarView()
        short.append(contentsOf: text.unicodeScalars.prefix(lengthMax))
        return String(short)
    }

    /// A company's code as it may stand in logs and rows: what is no code is not kept.
    static func code(_ text: String?) -> String? {
        guard let text, (1...64).contains(text.utf8.count) else { return nil }
        let isCode = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isCode ? text : nil
    }
}
