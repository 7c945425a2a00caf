import Crypto
import Foundation
import TestSupport
import Testing

@Suite("Signatures")
struct SignatureTests {
    struct Vector: Sendable {
        let seed: String
        let publicKey: String
        let message: String
        let signature: String
    }

    @Test(
        "Ed25519 signs the messages of RFC 8032, section 7.1",
        arguments: [
            Vector(
                seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
                signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                    + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
            Vector(
                seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
                signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                    + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
            Vector(
                seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", message: "af82",
                signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                    + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
        ])
    func ed25519(vector: Vector) throws {
        let key = Ed25519PrivateKey(seed: SecretBytes(copying: Hex.bytes(vector.seed)))
        let message = Hex.bytes(vector.message)
        let signature = key.signature(of: message)
        #expect(Hex.text(key.publicKey.bytes) == vector.publicKey)
        #expect(Hex.text(signature) == vector.signature)
        let publicKey = try #require(Ed25519PublicKey(Hex.bytes(vector.publicKey)))
        #expect(publicKey.isSignature(signature, of: message))
        #expect(!publicKey.isSignature(signature, of: message + [0]))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 0x40
            #expect(!publicKey.isSignature(changed, of: message))
        }
    }

    /// The order of the group, little-endian (RFC 8032 §5.1).
    static let order = Hex.bytes("edd3f55c1a631258d69cf7a2def9de14") + [UInt8](repeating: 0, count: 15) + [0x10]

    @Test("A second spelling of an Ed25519 signature, and signatures of other lengths, are refused")
    func canonical() throws {
        let key = Ed25519PrivateKey.random()
        let signature = key.signature(of: [1, 2, 3])
        var second = signature
        var carry = 0
        for index in 0..<32 {
            let sum = Int(signature[32 + index]) + Int(Self.order[index]) + carry
            second[32 + index] = UInt8(truncatingIfNeeded: sum)
            carry = sum >> 8
        }
        #expect(carry == 0)
        #expect(key.publicKey.isSignature(signature, of: [1, 2, 3]))
        #expect(!key.publicKey.isSignature(second, of: [1, 2, 3]))
        #expect(!key.publicKey.isSignature([], of: [1, 2, 3]))
        #expect(!key.publicKey.isSignature(Array(signature.dropLast()), of: [1, 2, 3]))
        #expect(!key.publicKey.isSignature(signature + [0], of: [1, 2, 3]))
        #expect(!key.publicKey.isSignature([UInt8](repeating: 0, count: 64), of: [1, 2, 3]))
        #expect(Ed25519PublicKey([1, 2, 3]) == nil)
        #expect(Ed25519PublicKey([]) == nil)
    }

    @Test("openssl's RS256 signatures are right, and nothing else is", arguments: [2048, 4096])
    func rs256(bitCount: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rsa-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { unlink(folder.path()) }
        func openssl(_ arguments: String...) throws -> String {
            let result = try TestCommand.run("/usr/bin/openssl", arguments)
            #expect(result.status == 0, "\(result.output)")
            return result.output
        }
        let (keyFile, textFile, signatureFile) = (
            folder.appending(path: "key").path(), folder.appending(path: "text").path(),
            folder.appending(path: "signature").path()
        )
        defer { for file in [keyFile, textFile, signatureFile] { unlink(file) } }
        let message = Array("eyJ.eyJ".utf8)
        try Data(message).write(to: URL(filePath: textFile))
        _ = try openssl("genrsa", "-out", keyFile, "\(bitCount)")
        _ = try openssl("dgst", "-sha256", "-sign", keyFile, "-out", signatureFile, textFile)
        let modulusLine = try openssl("rsa", "-in", keyFile, "-noout", "-modulus").split(separator: "\n")
            .first { $0.hasPrefix("Modulus=") }
        let modulus = Hex.bytes(String(try #require(modulusLine).dropFirst("Modulus=".count)))
        let signature = Array(try Data(contentsOf: URL(filePath: signatureFile)))
        let key = try #require(RS256PublicKey(modulus: modulus, exponent: [1, 0, 1]))
        #expect(key.isSignature(signature, of: message))
        #expect(!key.isSignature(signature, of: message + [0]))
        #expect(!key.isSignature(Array(signature.dropLast()), of: message))
        #expect(!key.isSignature([0] + signature, of: message))
        #expect(!key.isSignature([], of: message))
        var changed = signature
        changed[7] ^= 1
        #expect(!key.isSignature(changed, of: message))
        let other = try #require(RS256PublicKey(modulus: modulus, exponent: [3]))
        #expect(!other.isSignature(signature, of: message))
    }

    @Test("Numbers that are no key of RS256 are refused")
    func rs256Numbers() {
        var modulus = [UInt8](repeating: 0xA5, count: 256)
        #expect(RS256PublicKey(modulus: modulus, exponent: [1, 0, 1]) != nil)
        let exponents: [[UInt8]] = [[], [0], [1], [2], [0, 3], [0, 1, 0, 1], [1, 0, 0, 0, 1], [1, 0, 0]]
        for exponent in exponents {
            #expect(RS256PublicKey(modulus: modulus, exponent: exponent) == nil)
        }
        #expect(RS256PublicKey(modulus: [], exponent: [1, 0, 1]) == nil)
        #expect(RS256PublicKey(modulus: Array(modulus.dropLast()), exponent: [1, 0, 1]) == nil)
        #expect(RS256PublicKey(modulus: modulus + modulus + [1], exponent: [1, 0, 1]) == nil)
        modulus[0] = 0
        #expect(RS256PublicKey(modulus: modulus, exponent: [1, 0, 1]) == nil)
        modulus[0] = 0xA5
        modulus[255] = 0xA4
        #expect(RS256PublicKey(modulus: modulus, exponent: [1, 0, 1]) == nil)
    }
}
