internal import Observability

/// A key and the stream that whoever has it may publish.
struct StreamKey: Sendable {
    static let nameCountMax = 64
    static let keyCounts = 16...256

    let name: String
    let key: Secret<String>
}

extension SettingKind where Value == [StreamKey] {
    /// `NAME=KEY`, several with commas between. What is wrong is said by position: a name may be a key out of place.
    static var streamKeys: Self {
        SettingKind(
            placeholder: "NAME=KEY[,…]",
            parse: { text throws(SettingValueError) in
                var keys: [StreamKey] = []
                for (index, part) in SettingText.list(text).enumerated() {
                    let key: StreamKey
                    do throws(SettingValueError) {
                        key = try Self.streamKey(part)
                        guard !keys.contains(where: { $0.name == key.name }) else {
                            throw SettingValueError(withoutValue: "has the name of an entry before it")
                        }
                        guard !keys.contains(where: { $0.key.matches(key.key.reveal()) }) else {
                            throw SettingValueError(withoutValue: "has the key of an entry before it")
                        }
                    } catch {
                        throw SettingValueError(withoutValue: "entry \(index + 1) \(error.reason)")
                    }
                    keys.append(key)
                }
                return keys
            }, format: { $0.map { "\($0.name)=\($0.key.reveal())" }.joined(separator: ",") })
    }

    private static func streamKey(_ text: String) throws(SettingValueError) -> StreamKey {
        guard let equals = text.firstIndex(of: "=") else {
            throw SettingValueError(withoutValue: "is not of the form NAME=KEY")
        }
        let name = String(text[..<equals])
        let key = String(text[text.index(after: equals)...])
        guard (1...StreamKey.nameCountMax).contains(name.utf8.count), name.utf8.allSatisfy(Self.isNameByte) else {
            throw SettingValueError(withoutValue: "needs a name of 1 to 64 of the characters a to z, 0 to 9 and -")
        }
        guard key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw SettingValueError(withoutValue: "has a key with a space or a character that is not printable ASCII")
        }
        guard StreamKey.keyCounts.contains(key.utf8.count) else {
            throw SettingValueError(
                withoutValue: "has a key of \(key.utf8.count) characters; it needs 16 to 256, best from "
                    + "\"openssl rand -hex 16\"")
        }
        return StreamKey(name: name, key: Secret(key))
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
