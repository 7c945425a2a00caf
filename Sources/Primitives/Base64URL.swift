/// Base64 as it stands in tokens and paths: without padding, each run of bytes in its one spelling. `Base64Text` says
/// what is refused.
package enum Base64URL {
    package static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] { Base64Text.url.encode(bytes) }

    package static func string(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: self.encode(bytes), as: UTF8.self)
    }

    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? { Base64Text.url.decode(text) }
}
