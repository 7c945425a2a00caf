internal import Crypto
internal import Primitives

/// The keys that a provider signs with (RFC 7517): those of them that can check RS256. The algorithm is ours to say; a
/// key for another one is no key.
struct ProviderKeys: Sendable {
    static let keyIDByteCountMax = 256
    private static let textLengthMax = 2048

    private let keys: [(id: String?, key: RS256PublicKey)]

    /// Throws when it is no set of keys. One without a key that we can use is a set: the key that a token names is not
    /// in it then.
    init(_ bytes: [UInt8]) throws(SocialFault) {
        guard let entries = ProviderJSON(bytes)?.objects("keys") else { throw .answerMalformed }
        self.keys = entries.compactMap { entry in
            guard Self.isForSignatures(entry), let key = Self.key(entry) else { return nil }
            return (entry.string("kid", lengthMax: Self.keyIDByteCountMax), key)
        }
    }

    var count: Int { self.keys.count }

    /// The key of that name; without a name, the only one there is. Names are compared byte for byte.
    func key(_ id: String?) -> RS256PublicKey? {
        guard let id else { return self.keys.count == 1 ? self.keys[0].key : nil }
        return self.keys.first { $0.id?.utf8.elementsEqual(id.utf8) == true }?.key
    }

    private static func isForSignatures(_ entry: ProviderJSON) -> Bool {
        guard entry.string("kty", lengthMax: 16) == "RSA" else { return false }
        guard !entry.has("use") || entry.string("use", lengthMax: 16) == "sig" else { return false }
        guard !entry.has("key_ops") || entry.strings("key_ops").contains("verify") else { return false }
        return !entry.has("alg") || entry.string("alg", lengthMax: 16) == "RS256"
    }

    private static func key(_ entry: ProviderJSON) -> RS256PublicKey? {
        guard let n = entry.string("n", lengthMax: self.textLengthMax), let modulus = Base64URL.decode(n.utf8),
            let e = entry.string("e", lengthMax: 16), let exponent = Base64URL.decode(e.utf8)
        else { return nil }
        return RS256PublicKey(modulus: modulus, exponent: exponent)
    }
}
