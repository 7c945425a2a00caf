internal import Crypto

/// The key that one member's personal columns are encrypted with. It exists outside of memory only wrapped by a key of
/// the process; with its last copy gone, what it encrypted is gone too.
package struct DataKey: Sendable {
    package static let byteCount = 32

    let box: AESGCM

    init(_ bytes: [UInt8]) { self.box = AESGCM(key: SecretBytes(copying: bytes)) }
}
