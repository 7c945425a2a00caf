internal import Primitives

/// The three parts of a signed token in its compact form (RFC 7515 §7.1), taken apart and not yet believed.
///
/// There is one spelling of every token: each part is Base64 in its one spelling, none is empty, and nothing is around
/// them.
package struct CompactToken: Sendable {
    /// Header and payload with the dot between: what is signed.
    package let signed: [UInt8]
    /// The header as it stands, encoded.
    package let header: ArraySlice<UInt8>
    package let payload: [UInt8]
    package let signature: [UInt8]

    /// Nil when it has not this form. Takes as much memory as the text; the caller has looked at its length.
    package init?(_ text: some Collection<UInt8>) {
        let bytes = Array(text)
        let dot = UInt8(ascii: ".")
        guard let first = bytes.firstIndex(of: dot), let last = bytes.lastIndex(of: dot), first < last else {
            return nil
        }
        let payload = bytes[(first + 1)..<last]
        guard first > 0, !payload.isEmpty, Base64URL.decode(bytes[..<first]) != nil,
            let decoded = Base64URL.decode(payload), let signature = Base64URL.decode(bytes[(last + 1)...]),
            !signature.isEmpty
        else { return nil }
        self.signed = Array(bytes[..<last])
        self.header = bytes[..<first]
        self.payload = decoded
        self.signature = signature
    }

    /// The form that it was read from.
    package var text: [UInt8] {
        var text = Array(self.header)
        for part in [self.payload, self.signature] {
            text.append(UInt8(ascii: "."))
            text.append(contentsOf: Base64URL.encode(part))
        }
        return text
    }
}
