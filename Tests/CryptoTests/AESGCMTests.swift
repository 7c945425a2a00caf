import TestSupport
import Testing

@testable import Crypto

@Suite("AES-256-GCM")
struct AESGCMTests {
    struct Vector: Sendable {
        let key: String
        let nonce: String
        let plain: String
        let additionalData: String
        let cipher: String
        let tag: String
    }

    /// Test cases 13 to 16 of the specification of GCM that was given to NIST.
    static let vectors = [
        Vector(
            key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12), plain: "",
            additionalData: "", cipher: "", tag: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12),
            plain: String(repeating: "00", count: 16), additionalData: "", cipher: "cea7403d4d606b6e074ec5d3baf39d18",
            tag: "d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            key: Self.longKey, nonce: "cafebabefacedbaddecaf888", plain: Self.longPlain + "1aafd255",
            additionalData: "", cipher: Self.longCipher + "898015ad", tag: "b094dac5d93471bdec1a502270e3cc6c"),
        Vector(
            key: Self.longKey, nonce: "cafebabefacedbaddecaf888", plain: Self.longPlain + "",
            additionalData: "feedfacedeadbeeffeedfacedeadbeefabaddad2", cipher: Self.longCipher,
            tag: "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    static let longKey = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
    static let longPlain =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    static let longCipher =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"

    static func cipher(_ digits: String) -> AESGCM { AESGCM(key: SecretBytes(copying: Hex.bytes(digits))) }

    @Test("seals and opens the texts of the specification", arguments: Self.vectors)
    func vector(vector: Vector) {
        let cipher = Self.cipher(vector.key)
        let data = Hex.bytes(vector.additionalData)
        let sealed = cipher.seal(Hex.bytes(vector.plain), nonce: Hex.bytes(vector.nonce), additionalData: data)
        #expect(Hex.text(sealed) == vector.nonce + vector.cipher + vector.tag)
        #expect(cipher.open(sealed, additionalData: data) == Hex.bytes(vector.plain))
    }

    @Test("What was changed anywhere, cut, moved or sealed under another key is not opened")
    func tampering() {
        let cipher = Self.cipher(Self.longKey)
        let plain = Array("010-1234-5678".utf8)
        let place = Array("member:7:phone".utf8)
        let sealed = cipher.seal(plain, additionalData: place)
        #expect(sealed.count == plain.count + AESGCM.overheadByteCount)
        #expect(cipher.open(sealed, additionalData: place) == plain)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(cipher.open(changed, additionalData: place) == nil)
            #expect(cipher.open(Array(sealed[..<index]), additionalData: place) == nil)
        }
        #expect(cipher.open(sealed + [0], additionalData: place) == nil)
        #expect(cipher.open(sealed, additionalData: Array("member:8:phone".utf8)) == nil)
        #expect(cipher.open(sealed, additionalData: []) == nil)
        #expect(Self.cipher(String(repeating: "00", count: 32)).open(sealed, additionalData: place) == nil)
    }

    @Test("The same text is sealed differently each time, and the longest one can be opened")
    func nonces() {
        let cipher = Self.cipher(Self.longKey)
        #expect(cipher.seal([1], additionalData: []) != cipher.seal([1], additionalData: []))
        let longest = [UInt8](repeating: 7, count: AESGCM.plainByteCountMax)
        #expect(cipher.open(cipher.seal(longest, additionalData: []), additionalData: []) == longest)
        let tooLong = [UInt8](repeating: 7, count: AESGCM.plainByteCountMax + AESGCM.overheadByteCount + 1)
        #expect(cipher.open(tooLong, additionalData: []) == nil)
    }
}
