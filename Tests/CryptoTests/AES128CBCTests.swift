import Crypto
import Foundation
import TestSupport
import Testing

@Suite("AES-128 in CBC mode")
struct AES128CBCTests {
    static let key = Self.bytes("2b7e151628aed2a6abf7158809cf4f3c")
    static let vector = Self.bytes("000102030405060708090a0b0c0d0e0f")

    static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).map { offset in
            let start = hex.index(hex.startIndex, offsetBy: offset)
            return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16) ?? 0
        }
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// The whole, given in pieces that end at these places.
    static func encrypt(_ plain: [UInt8], cutAt cuts: [Int] = []) throws -> [UInt8] {
        var cipher = try AES128CBC(key: Self.key, initialisationVector: Self.vector)
        var result: [UInt8] = []
        var start = 0
        for end in cuts + [plain.count] {
            let piece = Array(plain[start..<end])
            var output = [UInt8](repeating: 0, count: piece.count + AES128CBC.blockByteCount)
            let count = try output.withUnsafeMutableBytes { output in
                try piece.withUnsafeBytes { try cipher.encrypt($0, into: output) }
            }
            result += output[..<count]
            start = end
        }
        var last = [UInt8](repeating: 0, count: AES128CBC.blockByteCount)
        let count = try last.withUnsafeMutableBytes { try cipher.finish(into: $0) }
        return result + last[..<count]
    }

    @Test("gives the blocks of SP 800-38A, F.2.1, and one of padding")
    func knownAnswer() throws {
        let plain = Self.bytes(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710")
        let cipher = try Self.encrypt(plain)
        #expect(
            Self.hex(Array(cipher[..<64]))
                == "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
                + "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7")
        #expect(cipher.count == 80)
    }

    @Test("gives the same bytes however they were cut")
    func pieces() throws {
        let plain = (0..<100).map { UInt8($0) }
        let whole = try Self.encrypt(plain)
        for cut in 0...100 { #expect(try Self.encrypt(plain, cutAt: [cut]) == whole) }
        #expect(try Self.encrypt(plain, cutAt: Array(1..<100)) == whole)
    }

    @Test("openssl opens it again, of every length around a block", arguments: [0, 1, 15, 16, 17, 31, 32, 4097])
    func reader(_ byteCount: Int) throws {
        let plain = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
        let cipher = try Self.encrypt(plain)
        #expect(cipher.count == AES128CBC.encryptedByteCount(of: byteCount))
        let path = FileManager.default.temporaryDirectory.appending(path: "aes-\(UUID().uuidString)").path()
        try Data(cipher).write(to: URL(filePath: path))
        defer { unlink(path) }
        let opened = try TestCommand.run(
            "/usr/bin/openssl",
            [
                "enc", "-d", "-aes-128-cbc", "-K", Self.hex(Self.key), "-iv", Self.hex(Self.vector), "-in", path,
                "-out", path + ".plain",
            ])
        defer { unlink(path + ".plain") }
        #expect(opened.status == 0)
        #expect(try Data(contentsOf: URL(filePath: path + ".plain")) == Data(plain))
    }

    @Test("A key or a vector of another length stops the process")
    func lengths() async {
        await #expect(processExitsWith: .failure) {
            _ = try AES128CBC(key: [1, 2, 3], initialisationVector: [UInt8](repeating: 0, count: 16))
        }
        await #expect(processExitsWith: .failure) {
            _ = try AES128CBC(key: [UInt8](repeating: 0, count: 16), initialisationVector: [])
        }
    }
}
