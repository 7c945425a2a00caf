/// Test vectors as they are printed.
package enum Hex {
    /// The bytes of an even number of digits; anything else is a mistake in the test.
    package static func bytes(_ digits: String) -> [UInt8] {
        let digits = Array(digits.utf8)
        precondition(digits.count % 2 == 0, "a byte has two digits")
        return stride(from: 0, to: digits.count, by: 2).map { offset in
            guard let byte = UInt8(String(decoding: digits[offset..<offset + 2], as: UTF8.self), radix: 16) else {
                preconditionFailure("a test vector holds hexadecimal digits only")
            }
            return byte
        }
    }

    package static func text(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
