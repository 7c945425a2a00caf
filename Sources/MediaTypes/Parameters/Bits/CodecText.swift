/// Numbers as codec strings write them, with two digits or more.
enum CodecText {
    static func decimal(_ number: UInt8) -> String { self.padded(String(number)) }

    static func hexadecimal(_ number: UInt8) -> String { self.padded(String(number, radix: 16)) }

    private static func padded(_ digits: String) -> String { digits.utf8.count < 2 ? "0" + digits : digits }
}
