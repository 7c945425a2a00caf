extension SettingKind where Value == String {
    /// `tickets@podo.example`, without a name.
    static var mailAddress: Self {
        SettingKind(
            placeholder: "ADDRESS",
            parse: { text throws(SettingValueError) in
                let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
                let isPlain = text.utf8.allSatisfy { byte in
                    (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">")
                        && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"")
                }
                guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), isPlain, text.utf8.count <= 254 else {
                    throw SettingValueError("\"\(text)\" is not of the form tickets@podo.example")
                }
                return text
            }, format: { $0 })
    }
}
