import TestSupport
import Testing

/// Configurations and frame heads that Debian's encoders wrote, by file name; the fuzzer begins with them too.
enum ConfigurationFixture {
    static func bytes(_ name: String) throws -> [UInt8] {
        try #require(try Fixtures.files(in: "fuzz/codecs").first { $0.name == name }, "\(name)").bytes
    }

    /// Bytes from hexadecimal digits.
    static func hex(_ digits: String) -> [UInt8] {
        let digits = Array(digits.filter { $0 != " " })
        return stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0
        }
    }
}
