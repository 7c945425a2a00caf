internal import Crypto
package import Observability
internal import Primitives

/// The secret of a link in a mail: 256 bits, used once.
package struct LinkToken: Sendable {
    package static let byteCount = 32
    package static let textByteCount = 43

    private let bytes: Secret<[UInt8]>

    package init() { self.bytes = Secret(SecureRandom.bytes(Self.byteCount)) }

    /// Nil for what cannot have come from here.
    package init?(_ text: String) {
        guard text.utf8.count == Self.textByteCount, let bytes = Base64URL.decode(text.utf8),
            bytes.count == Self.byteCount
        else { return nil }
        self.bytes = Secret(bytes)
    }

    package var text: Secret<String> { Secret(Base64URL.string(self.bytes.reveal())) }

    /// What the database keeps.
    package var hash: [UInt8] { SHA256.hash(self.bytes.reveal()) }
}
