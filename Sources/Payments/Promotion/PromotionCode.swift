internal import HTTPServer

/// A code as buyers write it: letters of ASCII in either case, digits and dashes.
package struct PromotionCode: Equatable, Sendable {
    package static let lengths = 3...32

    /// In capitals.
    package let text: String

    /// Nil for what no code can be.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard Self.lengths.contains(bytes.count) else { return nil }
        var capitals: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): capitals.append(byte - 32)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                capitals.append(byte)
            default: return nil
            }
        }
        self.text = String(decoding: capitals, as: UTF8.self)
    }
}

extension JSONObjectReader {
    func promotionCode(_ name: String, isRequired: Bool = true, about: StaticString = "") -> PromotionCode? {
        let lengths = PromotionCode.lengths
        let text = self.string(
            name, lengthMin: lengths.lowerBound, lengthMax: lengths.upperBound, isRequired: isRequired, about: about)
        guard let text else { return nil }
        if let code = PromotionCode(text) { return code }
        self.fail(name, "not-a-code", "letters of A to Z, digits and dashes")
        return nil
    }
}
